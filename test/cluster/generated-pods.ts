import * as fc from 'fast-check';
import type { Container, Pod } from '../../src/core/checks/pod.ts';
import { goodContainer, read } from '../core/checks/pods.ts';

// Pods that obey Pod Security restricted but for a mutation here and there, over every field of which the standard speaks, and over
// what the agent checks speak of. Most are valid for the API server, which says nothing of Pod Security where it finds a pod malformed.

type Json = Readonly<Record<string, unknown>>;

const TARGET = { port: 80 };
const ELSEWHERE = { host: '192.0.2.1', port: 80 };

/** What is right, but once in `rarity` times one of the others. Undefined leaves the member away. */
function mostly<T>(right: readonly T[], others: readonly T[], rarity = 40): fc.Arbitrary<T> {
  return fc.oneof({ weight: rarity, arbitrary: fc.constantFrom(...right) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

const seccompProfile = [{ type: 'RuntimeDefault' }, { type: 'Localhost', localhostProfile: 'agent.json' }];
const common = {
  runAsUser: mostly<number | undefined>([10001, 10002], [undefined, 0, 14141]),
  runAsGroup: mostly<number | undefined>([undefined, 10001], [0, 14141]),
  appArmorProfile: mostly<Json | undefined>([undefined, undefined, { type: 'RuntimeDefault' }, { type: 'Localhost', localhostProfile: 'agent' }], [{ type: 'Unconfined' }]),
  seLinuxOptions: mostly<Json | undefined>(
    [undefined, undefined, { type: 'container_t', level: 's0:c1,c2' }, { type: 'container_init_t' }, { type: 'container_kvm_t' }, { type: '' }],
    [{ type: 'container_engine_t' }, { type: 'container_engine_t' }, { type: 'spc_t' }, { user: 'sysadm_u' }, { role: 'sysadm_r' }, { type: 'container_t', user: 'u' }],
    20,
  ),
};

const capabilities = mostly<Json | undefined>(
  [{ drop: ['ALL'] }, { drop: ['NET_RAW', 'ALL'] }, { drop: ['ALL'], add: [] }],
  [undefined, {}, { drop: ['NET_RAW'] }, { drop: ['all'] }, { drop: ['ALL'], add: ['NET_BIND_SERVICE'] }, { drop: ['ALL'], add: ['NET_ADMIN'] }, { drop: ['ALL'], add: ['CHOWN', 'NET_BIND_SERVICE'] }, { add: ['SYS_PTRACE'] }],
);

/** The API server takes privileged only without allowPrivilegeEscalation: false. */
const rights = mostly<Json>(
  [{ allowPrivilegeEscalation: false }, { allowPrivilegeEscalation: false, privileged: false }],
  [{}, { allowPrivilegeEscalation: true }, { privileged: true }, { privileged: true, allowPrivilegeEscalation: true }],
);

const securityContext = fc.record({
  ...common,
  rights,
  capabilities,
  runAsNonRoot: mostly<boolean | undefined>([true, true, undefined], [false]),
  seccompProfile: mostly<Json | undefined>([...seccompProfile, undefined], [{ type: 'Unconfined' }]),
  readOnlyRootFilesystem: mostly<boolean | undefined>([true], [false, undefined]),
  procMount: mostly<string | undefined>([undefined, undefined, 'Default'], ['Unmasked']),
  windowsOptions: mostly<Json | undefined>([undefined], [{ hostProcess: false }]),
}).map(({ rights, ...rest }): Json => ({ ...rest, ...rights }));

const probe = mostly<Json | undefined>(
  [undefined, undefined, undefined, { tcpSocket: TARGET }, { httpGet: TARGET }, { exec: { command: ['true'] } }],
  [{ httpGet: ELSEWHERE }, { tcpSocket: ELSEWHERE }, { httpGet: { ...TARGET, host: '127.0.0.1' } }],
);
const hook = mostly<Json | undefined>([undefined, undefined, undefined, { exec: { command: ['true'] } }, { httpGet: TARGET }], [{ httpGet: ELSEWHERE }, { tcpSocket: ELSEWHERE }]);
const running = fc.record({ livenessProbe: probe, readinessProbe: probe, startupProbe: probe, lifecycle: fc.record({ postStart: hook, preStop: hook }) });

const resources = mostly<Json | undefined>([goodContainer().resources], [undefined, { limits: { cpu: '1' } }, { limits: { cpu: '900', memory: '1Gi', 'ephemeral-storage': '1Gi' } }, { limits: { ...goodContainer().resources?.limits, 'nvidia.com/gpu': '1' } }]);
const env = mostly<readonly Json[]>(
  [[], [{ name: 'MODE', value: 'a' }]],
  [[{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }], [{ name: 'OPENAI_API_KEY', value: 'correct horse battery' }]],
);
const ports = mostly<readonly Json[]>([[], [{ containerPort: 80 }]], [[{ containerPort: 80, hostPort: 80 }], [{ containerPort: 81 }, { containerPort: 82, hostPort: 8082 }]]);

const program = { image: mostly([goodContainer().image], ['registry.example.com/agent:1']), workingDir: mostly([undefined, '/work'], ['/proc/self/fd/8']), env };

const ephemeral: fc.Arbitrary<Json> = fc.record({ securityContext, ...program });
const init: fc.Arbitrary<Json> = fc.record({ securityContext, ...program, ports, resources });
const restartable: fc.Arbitrary<Json> = fc.tuple(init, running).map(([one, more]) => ({ ...one, ...more, restartPolicy: 'Always' }));
const main: fc.Arbitrary<Json> = fc.tuple(init, running).map(([one, more]) => ({ ...one, ...more }));

const VOLUMES: readonly Json[] = [
  { emptyDir: {} }, { configMap: { name: 'c' } }, { secret: { secretName: 's' } }, { downwardAPI: {} }, { persistentVolumeClaim: { claimName: 'c' } },
  { projected: { sources: [{ configMap: { name: 'c' } }] } },
  { ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } },
];
const OTHER_VOLUMES: readonly Json[] = [
  { hostPath: { path: '/' } }, { nfs: { server: 'nfs.example.com', path: '/' } }, { iscsi: { targetPortal: '192.0.2.1:3260', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } },
  { gcePersistentDisk: { pdName: 'd' } }, { awsElasticBlockStore: { volumeID: 'v' } }, { glusterfs: { endpoints: 'e', path: 'p' } }, { rbd: { monitors: ['192.0.2.1'], image: 'i' } },
  { flexVolume: { driver: 'example.com/driver' } }, { cinder: { volumeID: 'v' } }, { cephfs: { monitors: ['192.0.2.1'] } }, { flocker: { datasetName: 'd' } },
  { fc: { targetWWNs: ['50060e801049cfd1'], lun: 0 } }, { azureFile: { secretName: 's', shareName: 'n' } }, { azureDisk: { diskName: 'd', diskURI: 'https://d.example.com/d' } },
  { vsphereVolume: { volumePath: 'v' } }, { quobyte: { registry: 'r.example.com:1', volume: 'v' } }, { portworxVolume: { volumeID: 'v' } }, { photonPersistentDisk: { pdID: 'd' } },
  { scaleIO: { gateway: 'g', system: 's', secretRef: { name: 's' }, volumeName: 'v' } }, { storageos: { volumeName: 'v' } }, { gitRepo: { repository: 'https://git.example.com/r' } },
  { image: { reference: 'registry.example.com/data:1' } }, { csi: { driver: 'csi.example.com' } },
  { projected: { sources: [{ serviceAccountToken: { path: 't', audience: 'other.example' } }] } },
];

const SYSCTLS = [
  'kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net.ipv4.tcp_syncookies', 'net.ipv4.ping_group_range', 'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports', 'net.ipv4.tcp_keepalive_time', 'net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_keepalive_intvl', 'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem', 'net.ipv4.ip_forward', 'kernel.msgmax', 'fs.mqueue.msg_max',
];

const podContext = fc.record({
  ...common,
  runAsNonRoot: mostly<boolean | undefined>([true], [false, undefined], 20),
  seccompProfile: mostly<Json | undefined>(seccompProfile, [undefined, { type: 'Unconfined' }], 20),
  sysctls: mostly<readonly Json[]>([[], [{ name: 'kernel.shm_rmid_forced', value: '1' }]], SYSCTLS.map((name) => [{ name, value: '1' }]), 20),
  fsGroup: mostly<number | undefined>([undefined, 10001], [14141]),
  windowsOptions: mostly<Json | undefined>([undefined], [{ hostProcess: false }]),
});

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/app0';
const annotations = mostly<Readonly<Record<string, string>>>([{}], [{ [ANNOTATION]: 'unconfined' }, { [ANNOTATION]: 'runtime/default' }, { [ANNOTATION]: 'localhost/agent' }, { [ANNOTATION]: '' }, { 'nri.io/device': 'x' }]);

/** What a pod shares with its node; the API server takes no host namespace beside a user namespace of the pod's own. */
const sharing = mostly<Json>(
  [{}, {}, { hostUsers: true }, { hostUsers: false }, { hostNetwork: false, hostPID: false, hostIPC: false }],
  [{ hostNetwork: true }, { hostPID: true }, { hostIPC: true }, { hostPID: true, hostIPC: true }, { shareProcessNamespace: true }],
  20,
);

const others = fc.record({
  automountServiceAccountToken: mostly<boolean | undefined>([false], [undefined, true]),
  enableServiceLinks: mostly<boolean | undefined>([false], [true]),
  activeDeadlineSeconds: mostly<number | undefined>([600], [undefined, 9_999_999]),
  hostAliases: mostly<readonly Json[]>([[]], [[{ ip: '192.0.2.1', hostnames: ['api.example.com'] }]]),
  tolerations: mostly<readonly Json[]>([[], [{ key: 'node.example.com/agents', operator: 'Exists' }]], [[{ operator: 'Exists' }]]),
  nodeName: mostly<string | undefined>([undefined], ['node-1']),
  os: mostly<Json | undefined>([undefined], [{ name: 'linux' }], 3),
  terminationGracePeriodSeconds: mostly<number | undefined>([undefined, 30], [100_000]),
});

const linux = fc.record({
  main: fc.array(main, { minLength: 1, maxLength: 2 }),
  init: fc.array(fc.oneof(init, restartable), { maxLength: 2 }),
  volumes: fc.array(mostly(VOLUMES, OTHER_VOLUMES, 20), { maxLength: 2 }),
  podContext,
  annotations,
  sharing,
  others,
}).map(({ main, init, volumes, podContext, annotations, sharing, others }): Json => ({
  metadata: { annotations },
  spec: {
    ...others,
    // The API server takes an unmasked /proc in no other pods.
    ...([...main, ...init].some(isUnmasked) ? { hostUsers: false } : sharing),
    securityContext: podContext,
    containers: main.map((one, index) => container(`app${index}`, one)),
    initContainers: init.map((one, index) => container(`init${index}`, one)),
    volumes: volumes.map((volume, index) => ({ name: `v${index}`, ...volume })),
  },
}));

/** The API server takes nothing of Linux in them, and host processes only in all containers and on the node's network. */
const windows = fc.record({ hostProcess: fc.constantFrom(undefined, false, true), of: fc.constantFrom('pod', 'container'), runAsNonRoot: mostly<boolean | undefined>([true], [undefined, false], 5) })
  .map(({ hostProcess, of, runAsNonRoot }): Json => {
    const windowsOptions = hostProcess === undefined ? {} : { windowsOptions: { hostProcess } };
    const { securityContext: _, ...plain } = goodContainer('app0');
    return {
      metadata: {},
      spec: {
        os: { name: 'windows' },
        automountServiceAccountToken: false,
        ...(hostProcess === true ? { hostNetwork: true } : {}),
        securityContext: { runAsNonRoot, ...(of === 'pod' ? windowsOptions : {}) },
        containers: [{ ...plain, ...(of === 'container' ? { securityContext: windowsOptions } : {}) }],
      },
    };
  });

const pod = fc.oneof({ weight: 30, arbitrary: linux }, { weight: 1, arbitrary: windows });

/** Whole pods, each with a name of its own. */
export function generatedPods(seed: number, count: number): Pod[] {
  return fc.sample(pod, { seed, numRuns: count }).map((one, index) => plainPod(one, `generated-${seed}-${index}`));
}

/** Lists of ephemeral containers that might join a running pod. */
export function generatedEphemeral(seed: number, count: number): Container[][] {
  return fc.sample(fc.array(ephemeral, { minLength: 1, maxLength: 2 }), { seed, numRuns: count })
    .map((list) => plain<Container[]>(list.map((one, index) => container(`debugger${index}`, one))));
}

function isUnmasked({ securityContext }: Json): boolean {
  return (securityContext as Json)['procMount'] === 'Unmasked';
}

function container(name: string, changes: Json): Json {
  return { name, ...changes };
}

function plainPod(generated: Json, name: string): Pod {
  const { metadata, ...rest } = plain<{ metadata: object }>(generated);
  return read({ apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name }, ...rest });
}

/** As it goes over the wire: members that are undefined are left away. */
function plain<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
