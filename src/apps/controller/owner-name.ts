import { z } from 'zod';
import type { KubeClient } from '../../adapters/kube/client.ts';
import { KubeFault } from '../../adapters/kube/fault.ts';
import { RecentlyUsed } from '../../core/terms/recently-used.ts';
import { controllerOf, type LivePod, OWNER_REFERENCE, type OwnerClaim } from './live-pod.ts';

/** Where the owners lie that are looked up, by API version and kind; what any other kind owns is named after itself. */
const COLLECTIONS: Readonly<Record<string, { readonly group: string; readonly plural: string }>> = {
  'apps/v1 ReplicaSet': { group: 'apis/apps/v1', plural: 'replicasets' },
  'apps/v1 StatefulSet': { group: 'apis/apps/v1', plural: 'statefulsets' },
  'apps/v1 DaemonSet': { group: 'apis/apps/v1', plural: 'daemonsets' },
  'apps/v1 Deployment': { group: 'apis/apps/v1', plural: 'deployments' },
  'batch/v1 Job': { group: 'apis/batch/v1', plural: 'jobs' },
  'batch/v1 CronJob': { group: 'apis/batch/v1', plural: 'cronjobs' },
};

/** Pod, its ReplicaSet, its Deployment: nothing of Kubernetes' own goes deeper. */
const DEPTH = 2;

const REMEMBERED = 10_000;

const OWNER = z.object({ metadata: z.object({ uid: z.string(), ownerReferences: z.array(OWNER_REFERENCE).default([]) }) });

/**
 * Names a pod's agent after the workload that it belongs to, and a pod of its own after itself.
 *
 * Owner references are claims that anybody may write who may create the pod; each counts only if an object of that name and uid exists.
 * The answer of one pod uid never changes. Rejects with `KubeFault` where the API server does not say.
 */
export function ownerNames(client: KubeClient): (pod: LivePod) => Promise<string> {
  const known = new RecentlyUsed<string, string>(REMEMBERED);
  return async (pod) => {
    const name = known.get(pod.uid) ?? await topmost(client, pod);
    known.set(pod.uid, name);
    return name;
  };
}

async function topmost(client: KubeClient, { namespace, name, owner }: LivePod): Promise<string> {
  let proven = name;
  let claim = owner;
  for (let depth = 0; depth < DEPTH && claim !== undefined; depth += 1) {
    const found = await lookUp(client, namespace, claim);
    if (found === undefined) break;
    proven = claim.name;
    claim = controllerOf(found.metadata.ownerReferences);
  }
  return proven;
}

async function lookUp(client: KubeClient, namespace: string, claim: OwnerClaim): Promise<z.infer<typeof OWNER> | undefined> {
  const collection = COLLECTIONS[`${claim.apiVersion} ${claim.kind}`];
  if (collection === undefined || !/^[a-z0-9.-]+$/.test(claim.name)) return undefined;
  try {
    const found = OWNER.safeParse(await client.get(`/${collection.group}/namespaces/${namespace}/${collection.plural}/${claim.name}`));
    return found.success && found.data.metadata.uid === claim.uid ? found.data : undefined;
  } catch (fault) {
    // An owner that we may not see is not proven either.
    if (fault instanceof KubeFault && (fault.code === 'not-found' || fault.code === 'forbidden')) return undefined;
    throw fault;
  }
}
