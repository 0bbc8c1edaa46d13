import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';
import { SIDECAR_VOLUMES } from './sidecar.ts';

/**
 * No file of the sidecar becomes a variable of the agent's: the kubelet reads such a file itself, mounted or not.
 *
 *   field                                                       allowed
 *   containers[*].env[*].valueFrom.fileKeyRef.volumeName        any volume but the sidecar's
 *
 * What mounts the sidecar's volumes is the business of sidecar-intact.
 */
export const sidecarVolumes: Check = {
  id: 'sidecar-volumes',
  title: 'No file of the sidecar becomes a variable',
  essential: true,
  review: ({ containers }) => containers.flatMap(({ container, field, title }) => (container.env ?? []).flatMap(({ name, valueFrom }, index) => {
    const volume = valueFrom?.fileKeyRef?.volumeName ?? '';
    if (!SIDECAR_VOLUMES.has(volume)) return [];
    return [{
      reason: 'sidecar-file',
      field: `${field}.env[${index}].valueFrom.fileKeyRef.volumeName`,
      message: `${title} has variable ${quoted(name)} from a file of the sidecar's volume ${quoted(volume)}`,
      fix: 'remove the variable, or read it from a volume of the agent\'s own',
    }];
  })),
};
