import { z } from 'zod';
import { API_VERSION } from '../../terms/fixed-names.ts';
import { WARNABLE_CHECKS, warnOnlyFault } from '../check-ids.ts';
import { checked, list, port, shaped } from './fields.ts';
import { clusterMetadata } from './metadata.ts';

/** The volume types of Pod Security `restricted`; nothing else leaves the node alone. */
const VOLUME_TYPES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'] as const;

const quantity = (what: string) =>
  shaped(`Highest limit of ${what} for one container.`, 30, /^[0-9]{1,12}(?:\.[0-9]{1,6})?(?:m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, 'a Kubernetes quantity in quotes, such as "2" or 16Gi');

const limits = z.strictObject({
  cpu: quantity('CPU').default('8'),
  memory: quantity('memory').default('16Gi'),
  ephemeralStorage: quantity('ephemeral storage').default('32Gi'),
}).prefault({}).meta({ description: 'Ceilings for the limits that each container must set.' });

const runtimeClassNames = z.strictObject({
  required: z.boolean().default(true).meta({ description: 'Whether a pod must name a runtime class.' }),
  allowed: list(shaped('Name of a runtime class.', 253, /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'the name of a RuntimeClass'), 100, 'Runtime classes that count as a sandbox; an empty list: none.')
    .default(['gvisor', 'kata', 'kata-clh', 'kata-qemu', 'runsc', 'sandboxed']),
}).prefault({}).meta({ description: 'The sandboxing runtimes of the cluster.' });

const softened = checked('Id of a check.', 63, warnOnlyFault).meta({ enum: [...WARNABLE_CHECKS] });

/** The one source of what a SandboxProfile may say; its defaults are the built-in profile `isolated`. */
export const profileSpec = z.strictObject({
  runtimeClassNames,
  maxLifetimeSeconds: z.int().min(1).max(31_536_000).default(8 * 3600).meta({ description: 'Longest life of a pod, in seconds.' }),
  maxTerminationGraceSeconds: z.int().min(1).max(86_400).default(300).meta({ description: 'Longest that a pod may run on after it is told to end, in seconds.' }),
  volumeTypes: list(z.enum(VOLUME_TYPES), 20, 'Volume types that a pod may use.')
    .default(['configMap', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret']),
  limits,
  capturedPorts: list(port('A TCP port.'), 100, 'Ports that are handed to the proxy; all others are cut off.').default([80, 443]),
  warnOnly: list(softened, 100, 'Checks that only warn. Those without which gate two can be got around are not among them.').default(['lifetime-set']),
});

export const sandboxProfile = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('SandboxProfile'),
  metadata: clusterMetadata,
  spec: profileSpec.prefault({}),
}).meta({ description: 'What gate one demands of the pods of the namespaces that pick it by the label `sallyport.dev/profile`.' });
