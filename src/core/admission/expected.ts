import { same } from '../checks/differences.ts';
import type { Container, Pod } from '../checks/pod.ts';
import { SIDECAR_CONTAINERS } from '../checks/sidecar.ts';
import type { ReviewContext } from './context.ts';

/**
 * The pod with the sidecar as it has to be. On creation that is what injection derives. Of a pod that is there it may also be what was
 * proven before: settings move on (a new image, a renewed CA) and a running pod must stay updatable, but its sidecar stays byte for
 * byte what it was.
 */
export function expectedPod(pod: Pod, before: Pod | undefined, context: Pick<ReviewContext, 'derive' | 'receipt'>): Pod | undefined {
  const derived = context.derive?.(pod);
  if (before === undefined || (derived !== undefined && same(pod.spec, derived.spec)) || !isProven(before, context)) return derived;
  return withSidecarOf(before, pod);
}

/** A pod that is there is proven by what injection makes today, or by its receipt over what it made then. */
function isProven(pod: Pod, { derive, receipt }: Pick<ReviewContext, 'derive' | 'receipt'>): boolean {
  const derived = derive?.(pod);
  return (derived !== undefined && same(pod.spec, derived.spec)) || receipt?.(pod).known === true;
}

function withSidecarOf({ spec: before }: Pod, pod: Pod): Pod {
  const { spec } = pod;
  const count = SIDECAR_CONTAINERS.size;
  const fixed = { volumes: before.volumes, dnsPolicy: before.dnsPolicy, dnsConfig: before.dnsConfig, enableServiceLinks: before.enableServiceLinks };
  const expected = {
    ...spec,
    ...present(fixed),
    initContainers: [...(before.initContainers ?? []).slice(0, count), ...withMountsOf(before.initContainers ?? [], spec.initContainers ?? []).slice(count)],
    containers: withMountsOf(before.containers, spec.containers),
  };
  return { ...pod, spec: expected };
}

/** Containers as they are now, with the environment and mounts that they had. */
function withMountsOf(before: readonly Container[], now: readonly Container[]): Container[] {
  return now.map((container, index) => ({ ...container, ...present({ env: before[index]?.env, volumeMounts: before[index]?.volumeMounts }) }));
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
