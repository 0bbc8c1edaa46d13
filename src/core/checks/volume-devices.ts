import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';

/**
 * No container writes a file system past the kernel, which would mount it later.
 *
 *   field                            allowed
 *   containers[*].volumeDevices      absent, empty
 */
export const volumeDevices: Check = {
  id: 'volume-devices',
  title: 'No container has a raw block device',
  essential: false,
  review: ({ containers }) => containers.flatMap(({ container, field, title }) => (container.volumeDevices ?? []).map(({ name }, index) => ({
    reason: 'volume-device',
    field: `${field}.volumeDevices[${index}]`,
    message: `${title} has volume ${quoted(name)} as a raw block device`,
    fix: 'mount the volume with volumeMounts, from a claim whose volumeMode is Filesystem',
  }))),
};
