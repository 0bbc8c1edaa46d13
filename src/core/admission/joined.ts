import type { Fault, Finding } from '../checks/check.ts';
import { checkLink } from '../checks/index.ts';
import type { Pod } from '../checks/pod.ts';
import { sidecarIntact } from '../checks/sidecar-intact.ts';
import { SIDECAR_CONTAINERS, SIDECAR_VOLUMES } from '../checks/sidecar.ts';
import { quoted } from '../terms/quote.ts';
import { at } from './workloads.ts';

/**
 * What would make an ephemeral container part of the sidecar: its processes shared (`targetContainerName`), or its volumes mounted. An
 * Exemption may let a person debug an agent; nobody is exempt from this.
 */
export function joinedToSidecar({ spec }: Pod): Fault[] {
  return (spec.ephemeralContainers ?? []).flatMap((container, index) => {
    const field = `spec.ephemeralContainers[${index}]`;
    const target = at(container, ['targetContainerName']);
    return [
      ...(typeof target === 'string' && SIDECAR_CONTAINERS.has(target) ? [joined(`${field}.targetContainerName`, `would share the processes of ${target}`)] : []),
      ...(container.volumeMounts ?? []).flatMap(({ name }, mount) => (SIDECAR_VOLUMES.has(name) ? [joined(`${field}.volumeMounts[${mount}]`, `would mount ${name}`)] : [])),
    ].map((finding) => ({ check: sidecarIntact.id, ...finding, message: `ephemeral container ${quoted(container.name)} ${finding.message}`, link: checkLink(sidecarIntact.id), weight: 'deny' as const }));
  });
}

function joined(field: string, message: string): Finding {
  return { reason: 'sidecar-joined', field, message, fix: 'debug the agent\'s own containers' };
}
