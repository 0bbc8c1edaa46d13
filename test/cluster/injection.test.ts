import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { review } from '../../src/core/admission/review.ts';
import { differences } from '../../src/core/checks/differences.ts';
import type { Pod } from '../../src/core/checks/pod.ts';
import { inject } from '../../src/core/injection/inject.ts';
import { contextOf, creationOf, derive, updateOf } from '../core/admission/requests.ts';
import { goodContainer, goodPod, read, SETTINGS } from '../core/checks/pods.ts';
import { apply, mustKubectl } from './kubectl.ts';

// The API server fills in defaults after the injector and before the review; the proof has to survive them. Its own answer to a
// dry run is the judge, so that a Kubernetes version with one default more shows up here.

const NAMESPACE = 'injection-test';

beforeAll(async () => {
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'agent', namespace: NAMESPACE } },
  );
});

afterAll(async () => {
  await mustKubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
});

function placed(pod: Pod): Pod {
  return { ...pod, metadata: { name: 'triage', namespace: NAMESPACE }, spec: { ...pod.spec, serviceAccountName: 'agent' } };
}

/** What the API server would store, with its defaults and those of its own admission plug-ins. */
async function stored(pod: Pod): Promise<Pod> {
  return read(JSON.parse(await mustKubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], pod)));
}

const busy = {
  ports: [{ containerPort: 8080 }],
  env: [{ name: 'HTTP_PROXY', value: 'http://127.0.0.1:9' }, { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
  livenessProbe: { httpGet: { port: 8080 } },
  volumeMounts: [{ name: 'data', mountPath: '/data' }, { name: 'data', mountPath: '/var/run/sallyport' }],
};

const PODS: readonly [sentence: string, pod: Pod][] = [
  ['the smallest good pod', goodPod()],
  ['a pod that says nothing but that it wants no token', { apiVersion: 'v1', kind: 'Pod', spec: { automountServiceAccountToken: false, containers: [{ name: 'app', image: 'registry.example.com/agent:1' }] } }],
  ['a busy pod', read({
    ...goodPod(),
    spec: {
      ...goodPod().spec,
      containers: [{ ...goodContainer(), ...busy }],
      initContainers: [goodContainer('setup'), { ...goodContainer('helper'), restartPolicy: 'Always' }],
      volumes: [{ name: 'data', emptyDir: {} }, { name: 'sallyport-token', secret: { secretName: 'mine' } }],
      securityContext: { fsGroup: 2000, supplementalGroups: [3000], runAsNonRoot: true },
      restartPolicy: 'Never',
    },
  })],
];

describe('the proof survives the API server', () => {
  test.each(PODS)('%s', async (_sentence, pod) => {
    const returned = await stored(inject(placed(pod), SETTINGS));
    expect(differences(inject(returned, SETTINGS), returned)).toEqual([]);
  });

  test('and amounts that it spells otherwise', async () => {
    const settings = { ...SETTINGS, resources: { requests: { cpu: '0.02', memory: '98304Ki', ephemeralStorage: '0.0625Gi' }, limits: { cpu: '1000m', memory: '1024Mi', ephemeralStorage: '1073741824' } } };
    const returned = await stored(inject(placed(goodPod()), settings));
    expect(differences(inject(returned, settings), returned)).toEqual([]);
  });

  test('a pod is admitted as it came back, and with another image of the agent\'s', async () => {
    const returned = await stored(derive(placed(goodPod())));
    expect(review(creationOf(returned, { namespace: NAMESPACE }), contextOf())).toMatchObject({ allowed: true, faults: [] });
    const after = { ...returned, spec: { ...returned.spec, containers: [{ ...returned.spec.containers[0]!, image: `registry.example.com/agent@sha256:${'2'.repeat(64)}` }] } };
    expect(review(updateOf(returned, after, { namespace: NAMESPACE }), contextOf())).toMatchObject({ allowed: true, faults: [] });
  });
});
