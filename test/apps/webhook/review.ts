/** An AdmissionReview as the API server sends it, with whatever the test is about in place of the usual. */
export function reviewOf(request: object = {}, review: object = {}): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '3d2c6a1e-0000-4000-8000-000000000001',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'agents',
      name: 'bare',
      operation: 'CREATE',
      userInfo: { username: 'jo', groups: ['system:authenticated'] },
      object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare' }, spec: { containers: [{ name: 'agent', image: 'agent.example.com/agent:1' }] } },
      oldObject: null,
      dryRun: false,
      options: null,
      ...request,
    },
    ...review,
  };
}
