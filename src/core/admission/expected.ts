import { same } from '../checks/differences.ts';
import type { Container, Pod } from '../checks/pod.ts';
import { SIDECAR_CONTAINERS } from '../checks/sidecar.ts';

/**
 * The pod with the sidecar as it has to be. On creation that is what injection derives. On an update it may also be what was
 * proven then: settings move on (a new image, a renewed CA) and a running pod must stay updatable, but its sidecar stays byte
 * for byte what it was.
 */
export function expectedPod(pod: Pod, before: Pod | undefined, derive: ((pod: Pod) => Pod) | undefined): Pod | undefined {
  const derived = derive?.(pod);
  if (before === undefined || !startsWithSidecar(before) || (derived !== undefined && same(pod.spec, derived.spec))) return derived;
  return withSidecarOf(before, pod);
}

function startsWithSidecar({ spec }: Pod): boolean {
  const first = (spec.initContainers ?? []).slice(0, SIDECAR_CONTAINERS.size).map(({ name }) => name);
  return first.join() === [...SIDECAR_CONTAINERS].join();
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
