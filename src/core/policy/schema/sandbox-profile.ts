import { z } from 'zod';
import { API_VERSION } from '../../terms/fixed-names.ts';
import { WARNABLE_CHECKS, warnOnlyFault } from '../check-ids.ts';
import { checked, label, list, port, shaped } from './fields.ts';
import { clusterMetadata } from './metadata.ts';

/** The volume types of Pod Security `restricted`; nothing else leaves the node alone. */
const VOLUME_TYPES = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'] as const;

/** Versions of Pod Security `restricted`; `latest` is the newest that this version knows. */
export const POD_SECURITY_VERSIONS = ['latest', 'v1.28', 'v1.29', 'v1.30', 'v1.31', 'v1.32', 'v1.33', 'v1.34', 'v1.35', 'v1.36'] as const;

/** Handlers of gVisor and of Kata Containers, as they and their charts name them. */
const SANDBOX_HANDLERS = [
  'runsc', 'gvisor', 'kata', 'kata-clh', 'kata-cloud-hypervisor', 'kata-dragonball', 'kata-fc', 'kata-qemu', 'kata-qemu-coco-dev', 'kata-qemu-nvidia-gpu',
  'kata-qemu-sev', 'kata-qemu-snp', 'kata-qemu-tdx', 'kata-remote', 'kata-stratovirt',
];

const podSecurity = z.strictObject({
  version: z.enum(POD_SECURITY_VERSIONS).default('latest').meta({ description: 'Version of the standard, which changes with the minor versions of Kubernetes.' }),
}).prefault({}).meta({ description: 'The Pod Security standard `restricted`, on which the profile builds.' });

const quantity = (what: string) =>
  shaped(what, 30, /^[0-9]{1,12}(?:\.[0-9]{1,6})?(?:m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, 'a Kubernetes quantity in quotes, such as "2" or 16Gi');

const extendedResource = z.strictObject({
  name: shaped('Name of the resource.', 253, /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|hugepages-[0-9]+[KMGT]i)$/, 'a resource with its domain, such as vendor.example/device, or hugepages-2Mi'),
  most: quantity('Highest amount for one pod.'),
});

const limits = z.strictObject({
  cpu: quantity('Highest limit of CPU for one container.').default('8'),
  memory: quantity('Highest limit of memory for one container.').default('16Gi'),
  ephemeralStorage: quantity('Highest limit of ephemeral storage for one container.').default('32Gi'),
  gpus: z.int().min(0).max(1_000).default(0).meta({ description: 'Most GPUs of all kinds for one pod.' }),
  extended: list(extendedResource, 100, 'Extended resources (RDMA, FPGAs, huge pages and the like) that a pod may ask for; of all others none.').default([]),
  resourceClaims: z.int().min(0).max(100).default(0).meta({ description: 'Most claims of dynamically allocated devices for one pod.' }),
}).prefault({}).meta({ description: 'Ceilings for the limits that each container must set, and for devices.' });

const runtimeClassNames = z.strictObject({
  required: z.boolean().default(true).meta({ description: 'Whether a pod must name a runtime class.' }),
  allowed: list(shaped('Name of a runtime class.', 253, /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'the name of a RuntimeClass'), 100, 'Runtime classes that count as a sandbox; an empty list: none.')
    .default(['gvisor', 'kata', 'kata-clh', 'kata-qemu', 'runsc', 'sandboxed']),
  handlers: list(label('Handler of a runtime class.'), 100, 'Handlers that such a class may have; an empty list: none.').default(SANDBOX_HANDLERS),
}).prefault({}).meta({ description: 'The sandboxing runtimes of the cluster.' });

const images = z.strictObject({
  registries: list(shaped('A registry, or repositories below one.', 255, /^[a-z0-9.-]+(?::[0-9]{1,5})?(?:\/[a-z0-9._-]+)*$/, 'a host and perhaps a path, such as registry.example.com/agents'), 100, 'Where images may come from; absent: anywhere; an empty list: nowhere. Images of no host are of docker.io.').optional(),
  digest: z.boolean().default(true).meta({ description: 'Whether an image has to be named by its digest.' }),
}).prefault({}).meta({ description: 'Where images come from, and whether they can change.' });

const KIND = /^[A-Z][A-Za-z0-9]{0,62}$/;
const PATH = /^[a-z][A-Za-z0-9]*(?:\[\*\])?(?:\.[a-z][A-Za-z0-9]*(?:\[\*\])?)*$/;

const template = z.strictObject({
  group: shaped('API group.', 253, /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'an API group, such as batch.example.com'),
  version: label('API version.'),
  kind: shaped('Kind.', 63, KIND, 'a kind, such as RayJob'),
  resource: label('Plural by which the API serves the kind.'),
  path: shaped('Where the pod template is; `[*]` after a name means every element of that list.', 300, PATH, 'names with dots between them, such as spec.workers[*].template'),
});

const softened = checked('Id of a check.', 63, warnOnlyFault).meta({ enum: [...WARNABLE_CHECKS] });

/** The one source of what a SandboxProfile may say; its defaults are the built-in profile `isolated`. */
export const profileSpec = z.strictObject({
  podSecurity,
  runtimeClassNames,
  maxLifetimeSeconds: z.int().min(1).max(31_536_000).default(8 * 3600).meta({ description: 'Longest life of a pod, in seconds.' }),
  lifetimeUnset: z.enum(['deny', 'recycle']).default('recycle').meta({
    description: 'What becomes of a pod without activeDeadlineSeconds whose owner cannot set it, such as a Deployment: refused, or let in and evicted at the longest life. Every other pod has to set it.',
  }),
  maxTerminationGraceSeconds: z.int().min(1).max(86_400).default(300).meta({ description: 'Longest that a pod may run on after it is told to end, in seconds.' }),
  volumeTypes: list(z.enum(VOLUME_TYPES), 20, 'Volume types that a pod may use.')
    .default(['configMap', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret']),
  limits,
  images,
  exec: z.enum(['deny', 'hold', 'allow']).default('deny').meta({
    description: 'Whether people may run commands in a running agent: never, where an Exemption names them and the pod, or whoever may by RBAC. Into the sidecar never.',
  }),
  capturedPorts: list(port('A TCP port.'), 100, 'Ports that are handed to the proxy; all others are cut off.').default([80, 443]),
  templates: list(template, 100, 'Pod templates of other kinds than those of Kubernetes, to be judged where they are made.').default([]),
  onUnproven: z.enum(['report', 'evict']).default('report').meta({ description: 'What becomes of a pod that is found running without a proven sidecar.' }),
  warnOnly: list(softened, 100, 'Checks that only warn. Those without which gate two can be got around are not among them.').default(['image-source', 'known-fields']),
  auditOnly: list(softened, 100, 'Checks whose faults only the audit log and the metrics have. One that is in warnOnly too warns.').default([]),
});

export const sandboxProfile = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('SandboxProfile'),
  metadata: clusterMetadata,
  spec: profileSpec.prefault({}),
}).meta({ description: 'What gate one demands of the pods of the namespaces that pick it by the label `sallyport.dev/profile`.' });
