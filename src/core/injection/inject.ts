import type { Container, Pod, PodSpec } from '../checks/pod.ts';
import { safeMembers } from '../checks/safe-defaults.ts';
import { SIDECAR_CONTAINERS } from '../checks/sidecar.ts';
import { withProxySettings } from './agent-container.ts';
import { sidecarContainers } from './containers.ts';
import type { InjectionSettings } from './settings.ts';
import { withOurVolumes } from './volumes.ts';

/**
 * Puts the sidecar into a pod. Pure and idempotent: `inject(inject(pod))` equals `inject(pod)`, which is what proves a pod.
 * What carries our names is overwritten, never trusted; all that is the agent's own stays.
 */
export function inject(pod: Pod, settings: InjectionSettings): Pod {
  const { spec } = pod;
  const injected = {
    ...spec,
    initContainers: [...sidecarContainers(settings), ...agents(spec.initContainers ?? [])],
    containers: agents(spec.containers),
    volumes: withOurVolumes(spec.volumes ?? []),
    ...safeMembers(spec),
    dnsPolicy: 'None',
    dnsConfig: resolver(pod.metadata?.namespace ?? 'default', settings.clusterDomain),
  } satisfies PodSpec;
  return { ...pod, spec: injected };
}

function agents(containers: readonly Container[]): Container[] {
  return containers.filter(({ name }) => !SIDECAR_CONTAINERS.has(name)).map(withProxySettings);
}

/** The proxy answers every name; search paths stay those of an ordinary pod so that short service names keep working. */
function resolver(namespace: string, clusterDomain: string) {
  return {
    nameservers: ['127.0.0.1'],
    searches: [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain],
    options: [{ name: 'ndots', value: '5' }],
  };
}
