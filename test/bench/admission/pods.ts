/** One namespace for each way, so that all of them stand in the same API server at once. */
export const namespaceOf = (way: string): string => `bench-${way}`;

const IMAGE = `registry.example.com/agent@sha256:${'0123456789abcdef'.repeat(4)}`;

function container(name: string, environment: readonly object[]): object {
  return {
    name,
    image: IMAGE,
    command: ['/bin/agent', '--serve'],
    env: environment,
    volumeMounts: [{ name: 'work', mountPath: '/work' }],
    resources: { requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '16Mi' }, limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 1000, capabilities: { drop: ['ALL'] } },
  };
}

function pod(namespace: string, containers: readonly object[], annotations: Readonly<Record<string, string>>): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { generateName: 'agent-', namespace, labels: { app: 'agent', team: 'research' }, annotations },
    spec: {
      restartPolicy: 'Never',
      runtimeClassName: 'gvisor',
      activeDeadlineSeconds: 3600,
      terminationGracePeriodSeconds: 30,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [{ name: 'work', emptyDir: { sizeLimit: '64Mi' } }],
      containers,
    },
  };
}

/** A hardened agent of one container, as people write it: about 2 KB. Pod Security `restricted` and every other way here admit it. */
export function ordinaryPod(namespace: string): object {
  return pod(namespace, [container('agent', [{ name: 'MODEL', value: 'small' }, { name: 'TASK', value: 'triage' }])], { 'example.com/owner': 'research' });
}

/** The same with six containers, a hundred and twenty variables and some annotations: 20 KB of JSON, and it is admitted. */
export function largePod(namespace: string): object {
  const environment = Array.from({ length: 20 }, (_, index) => ({ name: `SETTING_${index}`, value: `https://service-${index}.example.com/api/v1/items?limit=50&page=${index}` }));
  const containers = ['agent', 'planner', 'retriever', 'critic', 'browser', 'memory'].map((name) => container(name, environment));
  const sized = pod(namespace, containers, {});
  return pod(namespace, containers, { 'example.com/notes': 'n'.repeat(Math.max(0, 20_000 - JSON.stringify(sized).length)) });
}

/** The large pod with every mistake that a hurried author makes in each of its containers. */
export function brokenPod(namespace: string): object {
  const large = largePod(namespace) as { spec: { containers: object[] } };
  const containers = large.spec.containers.map((one) => ({ ...one, resources: {}, securityContext: { privileged: true, runAsUser: 0, capabilities: { add: ['NET_ADMIN'] } } }));
  return { ...large, spec: { ...large.spec, containers, hostNetwork: true, hostPID: true, activeDeadlineSeconds: undefined } };
}
