import { resourceOfKind } from '../../../src/core/admission/resources.ts';

type Kind = Parameters<typeof resourceOfKind>[0];

const POD: Kind = { group: '', version: 'v1', kind: 'Pod' };

/** An AdmissionReview as the API server sends it, with whatever the test is about in place of the usual. */
export function reviewOf(request: Readonly<Record<string, unknown>> = {}, review: object = {}): object {
  const kind = isKind(request['kind']) ? request['kind'] : POD;
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '3d2c6a1e-0000-4000-8000-000000000001',
      kind: POD,
      resource: placeOf(kind),
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

/** The API server always names one. */
function placeOf(kind: Kind) {
  const place = resourceOfKind(kind);
  return place.resource === '' ? { ...place, resource: 'unheardof' } : place;
}

function isKind(value: unknown): value is Kind {
  return typeof value === 'object' && value !== null && 'group' in value && 'version' in value && 'kind' in value;
}
