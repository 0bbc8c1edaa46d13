import type { Container, Pod, PodSpec, SecurityContext } from './pod.ts';
import { SIDECAR_CONTAINERS } from './sidecar.ts';

/**
 * The pod with everything in it that can be filled in without changing what its programs do: what injection fills in as the pod is
 * created, and `sallyport fix` writes into the manifest. What the manifest says itself stays. Idempotent.
 */
export function withSafeDefaults(pod: Pod): Pod {
  const { spec } = pod;
  return {
    ...pod,
    spec: {
      ...spec,
      ...safeMembers(spec),
      ...(spec.initContainers === undefined ? {} : { initContainers: filled(spec.initContainers) }),
      containers: filled(spec.containers),
    },
  };
}

function filled(containers: readonly Container[]): Container[] {
  return containers.map((one) => (SIDECAR_CONTAINERS.has(one.name) ? one : { ...one, securityContext: safeContext(one.securityContext ?? {}) }));
}

/** Without root and set-uid there are no capabilities to lose. */
export function safeContext(own: SecurityContext): SecurityContext {
  const mustEscalate = own.privileged === true || own.capabilities?.add?.some((name) => name === 'SYS_ADMIN' || name === 'CAP_SYS_ADMIN') === true;
  return {
    ...own,
    ...(own.allowPrivilegeEscalation === undefined && !mustEscalate ? { allowPrivilegeEscalation: false } : {}),
    capabilities: { ...own.capabilities, drop: own.capabilities?.drop ?? ['ALL'] },
  };
}

/**
 * Service links go also over an explicit true: the API server's default is true and cannot be told from it, and the addresses that
 * the links name are out of the agent's reach.
 */
export function safeMembers({ securityContext = {} }: PodSpec): Pick<PodSpec, 'securityContext' | 'enableServiceLinks'> {
  return { securityContext: { ...securityContext, seccompProfile: securityContext.seccompProfile ?? { type: 'RuntimeDefault' } }, enableServiceLinks: false };
}
