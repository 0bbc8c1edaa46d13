import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Container, Pod, PodSpec } from '../../../src/core/checks/pod.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { mutate } from '../../../src/core/injection/mutate.ts';
import { issueReceipt, receiptReader } from '../../../src/core/injection/receipt.ts';
import { creationOf } from '../admission/requests.ts';
import { goodContainer, goodPod, SETTINGS } from '../checks/pods.ts';
import { anyPod } from './generated-pods.ts';

const { own, other } = { own: keyPair(), other: keyPair() };
const read = receiptReader([own.publicKey]);
const NOT_OURS = { known: false, sentence: 'the receipt of its injection is not one of ours over the sidecar that the pod has' };

function keyPair(): { readonly publicKey: string; readonly sign: (message: Uint8Array) => Uint8Array } {
  const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync('ed25519');
  return { publicKey: publicKey.export({ format: 'jwk' }).x ?? '', sign: (message) => sign(null, message, privateKey) };
}

/** As the API server stores it: injected, with its receipt, and through JSON once. */
function stored(pod: Pod = goodPod(), signer = own.sign, byController = false): Pod {
  const injected = inject(pod, SETTINGS);
  const receipt = issueReceipt(injected, signer, byController);
  const metadata = { ...injected.metadata, annotations: receipt === undefined ? {} : { 'sallyport.dev/receipt': receipt } };
  return structuredClone({ ...injected, metadata });
}

function says(pod: Pod): unknown {
  const receipt = read(pod);
  return receipt.known && receipt.value.byController;
}

function withSpec(pod: Pod, change: (spec: PodSpec) => object): Pod {
  return { ...pod, spec: { ...pod.spec, ...change(pod.spec) } };
}

function sidecarWith(index: number, changes: object) {
  return ({ initContainers = [] }: PodSpec) => ({ initContainers: initContainers.map((one, at) => (at === index ? { ...one, ...changes } : one)) });
}

const appWith = (change: (app: Container) => object) => ({ containers }: PodSpec) => ({ containers: containers.map((one) => ({ ...one, ...change(one) })) });

describe('a receipt proves', () => {
  test('the pod it was made for, and says what its labels were', () => {
    const pod = { ...goodPod(), metadata: { name: 'triage', namespace: 'agents', labels: { app: 'triage' } } };
    expect(read(stored(pod))).toEqual({ known: true, value: { labels: { app: 'triage' }, byController: false } });
  });

  test.each<[string, (spec: PodSpec) => object]>([
    ['another image of an agent\'s container', appWith(() => ({ image: 'registry.example.com/agent:2' }))],
    ['resources of an agent\'s container', appWith(() => ({ resources: { limits: { cpu: '1' } } }))],
    ['a shorter deadline', () => ({ activeDeadlineSeconds: 60 })],
    ['a node and tolerations', () => ({ nodeName: 'node-1', tolerations: [{ key: 'a', operator: 'Exists' }] })],
    ['an ephemeral container that has nothing of the sidecar', () => ({ ephemeralContainers: [{ name: 'debugger', image: 'debugger' }] })],
    ['a volume of the agent\'s own', ({ volumes = [] }) => ({ volumes: [...volumes, { name: 'data', emptyDir: {} }] })],
  ])('a pod after %s', (_what, change) => {
    expect(read(withSpec(stored(), change))).toMatchObject({ known: true });
  });

  test('a pod whose labels were edited, and still says what they were', () => {
    const pod = stored({ ...goodPod(), metadata: { name: 'triage', namespace: 'agents', labels: { app: 'triage' } } });
    expect(read({ ...pod, metadata: { ...pod.metadata, labels: { app: 'admin' } } })).toEqual({ known: true, value: { labels: { app: 'triage' }, byController: false } });
  });

  test('under any of several keys, so that pods outlive the key', () => {
    expect(receiptReader([other.publicKey, own.publicKey])(stored())).toMatchObject({ known: true });
  });
});

describe('a receipt proves nothing', () => {
  test.each<[string, (spec: PodSpec) => object]>([
    ['another image of the proxy', sidecarWith(1, { image: 'registry.example.com/other:1' })],
    ['other arguments of the proxy', sidecarWith(1, { args: ['proxy'] })],
    ['a right that the canary is given', sidecarWith(2, { securityContext: { privileged: true } })],
    ['another order of our containers', ({ initContainers = [] }) => ({ initContainers: initContainers.toReversed() })],
    ['a container before ours', ({ initContainers = [] }) => ({ initContainers: [goodContainer('first'), ...initContainers] })],
    ['a container after ours', ({ initContainers = [] }) => ({ initContainers: [...initContainers, goodContainer('late')] })],
    ['our containers gone', ({ initContainers = [] }) => ({ initContainers: initContainers.slice(3) })],
    ['another container in the pod', ({ containers }) => ({ containers: [...containers, goodContainer('second')] })],
    ['our token in an agent\'s container', appWith(({ volumeMounts = [] }) => ({ volumeMounts: [...volumeMounts, { name: 'sallyport-token', mountPath: '/t' }] }))],
    ['our CA writable', appWith(({ volumeMounts = [] }) => ({ volumeMounts: volumeMounts.map((one) => ({ ...one, readOnly: false })) }))],
    ['something else in the place of our CA', appWith(() => ({ volumeMounts: [{ name: 'data', mountPath: '/var/run//sallyport/' }] }))],
    ['another proxy in the environment', appWith(({ env = [] }) => ({ env: env.map((one) => (one.name === 'HTTPS_PROXY' ? { ...one, value: 'http://192.0.2.1' } : one)) }))],
    ['our journal in an ephemeral container', () => ({ ephemeralContainers: [{ name: 'debugger', volumeMounts: [{ name: 'sallyport-journal', mountPath: '/j' }] }] })],
    ['another source of our volume', ({ volumes = [] }) => ({ volumes: volumes.map((one) => (one.name === 'sallyport-ca' ? { name: one.name, hostPath: { path: '/' } } : one)) })],
    ['other name servers', () => ({ dnsConfig: { nameservers: ['192.0.2.53'] } })],
    ['the cluster\'s DNS', () => ({ dnsPolicy: 'ClusterFirst' })],
    ['the node\'s network', () => ({ hostNetwork: true })],
    ['the node\'s users', () => ({ hostUsers: false })],
    ['one process namespace for all', () => ({ shareProcessNamespace: true })],
    ['another user for the pod', () => ({ securityContext: { runAsUser: 14_141 } })],
    ['names of the pod\'s own', () => ({ hostAliases: [{ ip: '192.0.2.1', hostnames: ['example.com'] }] })],
  ])('after %s', (_what, change) => {
    expect(read(withSpec(stored(), change))).toEqual(NOT_OURS);
  });

  test('signed by another key', () => {
    expect(read(stored(goodPod(), other.sign))).toEqual(NOT_OURS);
  });

  test('in another namespace', () => {
    const pod = stored();
    expect(read({ ...pod, metadata: { ...pod.metadata, namespace: 'elsewhere' } })).toEqual(NOT_OURS);
  });

  test('with the labels in it edited', () => {
    const pod = stored();
    const receipt = pod.metadata?.annotations?.['sallyport.dev/receipt']?.replace('"labels":{}', '"labels":{"app":"admin"}') ?? '';
    expect(read({ ...pod, metadata: { ...pod.metadata, annotations: { 'sallyport.dev/receipt': receipt } } })).toEqual(NOT_OURS);
  });

  test.each([
    ['none', undefined, 'the pod carries no receipt of its injection'],
    ['no JSON', '{', 'the receipt of its injection cannot be read'],
    ['no object', '[]', 'the receipt of its injection cannot be read'],
    ['no signature', '{"labels":{}}', 'the receipt of its injection cannot be read'],
    ['labels of another type', '{"labels":{"a":1},"signature":"AA"}', 'the receipt of its injection cannot be read'],
    ['more than anybody signs', `{"labels":{"a":"${'x'.repeat(70_000)}"},"signature":"AA"}`, 'the receipt of its injection cannot be read'],
    ['a signature of another length', '{"labels":{},"signature":"AA"}', NOT_OURS.sentence],
  ])('where it is %s', (_what, receipt, sentence) => {
    const pod = stored();
    const annotations = receipt === undefined ? {} : { 'sallyport.dev/receipt': receipt };
    expect(read({ ...pod, metadata: { ...pod.metadata, annotations } })).toEqual({ known: false, sentence });
  });

  test('where no key is known', () => {
    expect(receiptReader([])(stored())).toEqual(NOT_OURS);
  });
});

describe('that a controller made the pod', () => {
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'triage-5d9', uid: 'u-1', controller: true };
  const owned: Pod = { ...goodPod(), metadata: { ...goodPod().metadata, ownerReferences: [owner] } };
  const made = stored(owned, own.sign, true);

  test('is told of the pod that it made, also on its node and with what was added to it to debug it', () => {
    expect(says(made)).toBe(true);
    expect(says(withSpec(made, () => ({ nodeName: 'node-1', ephemeralContainers: [{ name: 'debugger', image: 'debugger' }] })))).toBe(true);
  });

  test.each<[string, Pod]>([
    ['that somebody else made with the same owner', stored(owned)],
    ['that has no owner', stored(goodPod(), own.sign, true)],
    ['to which another owner was given later', { ...made, metadata: { ...made.metadata, ownerReferences: [{ ...owner, uid: 'u-2' }] } }],
    ['whose owner is no longer its controller', { ...made, metadata: { ...made.metadata, ownerReferences: [{ ...owner, controller: false }] } }],
    ['that only carries a copy of the receipt, with another image', withSpec(made, appWith(() => ({ image: 'registry.example.com/agent:2' })))],
    ['that only carries a copy of the receipt, with another security context', withSpec(made, appWith(() => ({ securityContext: {} })))],
    ['that was given annotations for the node', { ...made, metadata: { ...made.metadata, annotations: { ...made.metadata?.annotations, 'dev.gvisor.a': '1' } } }],
  ])('is not told of a pod %s, whose sidecar is proven all the same', (_what, pod) => {
    expect(says(pod)).toBe(false);
    expect(read(pod)).toMatchObject({ known: true });
  });

  test('is not told in a signature of the sidecar, nor by another key', () => {
    const { labels, signature } = JSON.parse(made.metadata?.annotations?.['sallyport.dev/receipt'] ?? '{}');
    const theirs = JSON.parse(stored(owned, other.sign, true).metadata?.annotations?.['sallyport.dev/receipt'] ?? '{}');
    for (const forged of [signature, theirs.made, 7]) {
      expect(says({ ...made, metadata: { ...made.metadata, annotations: { 'sallyport.dev/receipt': JSON.stringify({ labels, signature, made: forged }) } } })).toBe(false);
    }
  });
});

describe('the injector', () => {
  const context = { namespaceLabels: { 'sallyport.dev/agents': 'enforce' }, settings: SETTINGS, sign: own.sign };
  const receiptIn = (pod: object): unknown => mutate(creationOf(pod), context).patch?.find(({ path }) => path === '/metadata/annotations');

  test('puts its receipt on the pod, over one that came with it, and keeps the other annotations', () => {
    const annotations = { 'example.com/note': 'x', 'sallyport.dev/receipt': 'forged' };
    const expected = stored().metadata?.annotations ?? {};
    expect(receiptIn({ ...goodPod(), metadata: { ...goodPod().metadata, annotations } })).toEqual({ op: 'add', path: '/metadata/annotations', value: { 'example.com/note': 'x', ...expected } });
  });

  test('has nothing to add to a pod that carries its receipt already', () => {
    expect(mutate(creationOf(stored()), context)).not.toHaveProperty('patch');
  });

  test('gives none for more labels than an annotation holds, and none for text that has no canonical form', () => {
    expect(receiptIn({ ...goodPod(), metadata: { labels: { a: 'x'.repeat(70_000) } } })).toBeUndefined();
    expect(receiptIn({ ...goodPod(), metadata: { labels: { a: '\ud800' } } })).toBeUndefined();
  });

  test('says who made a pod only where a controller of Kubernetes asks', () => {
    const owned = { ...goodPod(), metadata: { ...goodPod().metadata, ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'j', uid: 'u-1', controller: true }] } };
    const receiptFor = (username: string): unknown => mutate(creationOf(owned, { userInfo: { username } }), context).patch?.at(-1);
    expect(JSON.stringify(receiptFor('system:serviceaccount:kube-system:job-controller'))).toContain('made');
    expect(JSON.stringify(receiptFor('system:serviceaccount:agents:job-controller'))).not.toContain('made');
  });

  test('makes a receipt for whatever it injects', () => {
    fc.assert(fc.property(anyPod, (pod) => {
      expect(read(stored(pod))).toMatchObject({ known: true });
    }), { numRuns: 200 });
  });
});
