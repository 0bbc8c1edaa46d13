import type { KubeClient, KubeObject } from '../../../adapters/kube/client.ts';
import { KubeFault } from '../../../adapters/kube/fault.ts';
import type { Assessment } from './assess.ts';
import type { EvictionReason } from './metrics.ts';

/**
 * Whether a pod has to go, and why. Only where the namespace enforces and the profile says so, and never a static pod, which would come
 * back at once; of what nobody can tell nothing follows.
 *
 *   unproven   its sidecar is not proven, and `onUnproven` is `evict`
 *   expired    it names no end, `lifetimeUnset` is `recycle`, and it is older than `maxLifetimeSeconds`
 */
export function evictionReason({ mode, proven, spec, static: isStatic }: Assessment, age: { readonly created: number; readonly endless: boolean }, now: number): EvictionReason | undefined {
  if (mode !== 'enforce' || isStatic || spec === undefined) return undefined;
  if (proven === false && spec.onUnproven === 'evict') return 'unproven';
  return now >= endOf(spec, age) ? 'expired' : undefined;
}

/** When a pod will have to be recycled, in milliseconds since the epoch; infinite where it ends by itself. */
export function endOf({ lifetimeUnset, maxLifetimeSeconds }: NonNullable<Assessment['spec']>, { created, endless }: { readonly created: number; readonly endless: boolean }): number {
  return endless && lifetimeUnset === 'recycle' ? created + maxLifetimeSeconds * 1000 : Number.POSITIVE_INFINITY;
}

/** `gone`: it ended before. `changed`: it is not what was judged any more. `refused`: a PodDisruptionBudget forbids it now. */
export type Eviction = 'evicted' | 'gone' | 'changed' | 'refused';

/**
 * Asks for the eviction of exactly the pod that was judged, as it was then unless `whateverVersion`, through the Eviction API (policy/v1): disruption
 * budgets are kept, and the pod has its grace period. Rejects with `KubeFault`.
 */
export async function evict(client: KubeClient, { metadata: { namespace = '', name, uid, resourceVersion } }: KubeObject, whateverVersion: boolean, signal: AbortSignal): Promise<Eviction> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions: { preconditions: whateverVersion ? { uid } : { uid, resourceVersion } } };
  try {
    await client.create(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, body, { signal });
    return 'evicted';
  } catch (fault) {
    if (fault instanceof KubeFault && fault.status === 404) return 'gone';
    if (fault instanceof KubeFault && fault.status === 409) return 'changed';
    if (fault instanceof KubeFault && fault.status === 429) return 'refused';
    throw fault;
  }
}
