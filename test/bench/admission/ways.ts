import { apply, kubectl, mustKubectl } from '../../cluster/kubectl.ts';
import { namespaceOf, ordinaryPod } from './pods.ts';
import { validatingAdmissionPolicy } from './policy.ts';

/** One way in which the API server may judge a pod; each has a namespace of its own. */
export interface Way {
  readonly name: string;
  readonly namespace: string;
  /** Process of the webhook; absent where the API server does all the work. */
  readonly pid?: number;
  /** The pod that is created. */
  readonly pod: object;
}

export const NONE = 'no webhook';
export const OURS = 'sallyport';

const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ours: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'isolated' },
  pss: { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/enforce-version': 'latest' },
};

const WAYS = ['none', 'injected', 'pss', 'cel', 'kyverno', 'ours'];

/** Namespaces with all that their pods refer to; nothing stands in front of them yet but what is in the API server. */
export async function prepareNamespaces(): Promise<void> {
  await apply({ apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'gvisor' }, handler: 'runsc' }, ...validatingAdmissionPolicy());
  for (const way of WAYS) {
    const name = namespaceOf(way);
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: LABELS[way] ?? {} } });
    await apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
      { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'agents', namespace: name }, spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } },
    );
  }
}

export async function removeNamespaces(): Promise<void> {
  await kubectl(['delete', 'namespace', ...WAYS.map(namespaceOf), '--ignore-not-found', '--wait=false']);
  await kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'bench-sandbox', '--ignore-not-found']);
}

/** All ways, the baseline first. Processes are told by their ids; a way whose process is not there is left out. */
export async function ways(pids: { readonly ours: number; readonly kyverno: number | undefined }): Promise<Way[]> {
  const way = (name: string, id: string, rest: Partial<Way> = {}): Way => ({ name, namespace: namespaceOf(id), pod: ordinaryPod(namespaceOf(id)), ...rest });
  return [
    way(NONE, 'none'),
    way(`${NONE}, the pod with the sidecar in it`, 'injected', { pod: await injectedPod() }),
    way('Pod Security admission', 'pss'),
    way('ValidatingAdmissionPolicy', 'cel'),
    ...(pids.kyverno === undefined ? [] : [way('Kyverno', 'kyverno', { pid: pids.kyverno })]),
    way(OURS, 'ours', { pid: pids.ours }),
  ];
}

/** A pod as it comes back from the API server once the webhook has injected and admitted it. */
export async function admitted(pod: object): Promise<{ metadata: object; spec: object }> {
  return JSON.parse(await mustKubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], pod)) as { metadata: object; spec: object };
}

async function injectedPod(): Promise<object> {
  const { spec } = await admitted(ordinaryPod(namespaceOf('ours')));
  return { apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'agent-', namespace: namespaceOf('injected') }, spec };
}
