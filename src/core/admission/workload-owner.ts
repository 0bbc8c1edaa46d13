import type { Pod } from '../checks/pod.ts';
import type { Workload } from '../policy/exemption.ts';
import type { ReviewContext } from './context.ts';
import type { AdmissionRequest } from './request.ts';

/** Those of Kubernetes that make pods, with credentials of their own (`--use-service-account-credentials`) or without. */
const CONTROLLERS: ReadonlySet<string | undefined> = new Set([
  'system:kube-controller-manager',
  ...['daemon-set', 'job', 'replicaset', 'statefulset'].map((name) => `system:serviceaccount:kube-system:${name}-controller`),
]);

/** Whether Kubernetes' own controllers ask: anybody else who writes pods can write any owner references into them. */
export function isByController({ userInfo }: Pick<AdmissionRequest, 'userInfo'>): boolean {
  return CONTROLLERS.has(userInfo?.username);
}

/** The uid of the owner that a pod calls its controller. */
export function claimedOwner({ metadata }: Pod): string | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true)?.uid;
}

/** The workloads of a pod that is there, as far as its receipt says that a controller made it for the owner that it claims, and as it is now. */
export function provenWorkloads(pod: Pod, { receipt, workloads = [] }: Pick<ReviewContext, 'receipt' | 'workloads'>): readonly Workload[] {
  if (workloads.length === 0) return workloads;
  const read = receipt?.(pod);
  return read?.known === true && read.value.byController ? workloads : [];
}
