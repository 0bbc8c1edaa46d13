import { Buffer } from 'node:buffer';
import type { Container } from '../checks/pod.ts';
import { canonicalQuantity } from '../checks/quantity.ts';
import { HEALTH_PORT, PROXY_UID } from '../terms/fixed-names.ts';
import type { InjectionSettings, ResourceAmounts } from './settings.ts';
import { CA_FILE, JOURNAL_FOLDER, JOURNAL_LIMIT, PROXY_MOUNTS, TOKEN_FILE } from './volumes.ts';

const NOBODY = 65534;

/**
 * Our three containers in the order in which they run, before any other: capture closes the network, the proxy opens its gate,
 * the canary proves that nothing gets around it. Everything the API server would fill in is spelt out, so that a pod that
 * comes back from it still compares equal.
 */
export function sidecarContainers(settings: InjectionSettings): readonly Container[] {
  const made = MADE.get(settings) ?? [capture(settings), proxy(settings), canary(settings)];
  MADE.set(settings, made);
  return made;
}

/** The same for every pod, and asked for at every decision. */
const MADE = new WeakMap<InjectionSettings, readonly Container[]>();

function capture(settings: InjectionSettings): Container {
  return {
    ...basics('sallyport-capture', settings),
    args: ['capture', '--proxy-uid', String(PROXY_UID), ...capturedFlags(settings)],
    securityContext: {
      ...confined(0),
      runAsNonRoot: false,
      capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] },
    },
  };
}

function proxy(settings: InjectionSettings): Container {
  const native = { restartPolicy: 'Always', startupProbe: readiness };
  return {
    ...basics('sallyport-proxy', settings),
    ...native,
    args: proxyArguments(settings),
    env: [fromField('SALLYPORT_POD_NAME', 'metadata.name'), fromField('SALLYPORT_POD_NAMESPACE', 'metadata.namespace'), fromField('SALLYPORT_POD_UID', 'metadata.uid')],
    securityContext: confined(PROXY_UID),
    volumeMounts: PROXY_MOUNTS,
  };
}

function canary(settings: InjectionSettings): Container {
  return {
    ...basics('sallyport-canary', settings),
    args: ['canary', ...settings.probes.flatMap((probe) => ['--probe', probe]), ...capturedFlags(settings)],
    securityContext: confined(NOBODY),
  };
}

function proxyArguments({ controller, resolver, clusterDomain, ...settings }: InjectionSettings): string[] {
  return [
    'proxy',
    '--controller', controller.url,
    '--controller-ca', Buffer.from(controller.ca).toString('base64'),
    ...controller.keys.flatMap((key) => ['--link-key', key]),
    '--token-file', TOKEN_FILE,
    '--journal', JOURNAL_FOLDER,
    '--journal-limit', JOURNAL_LIMIT,
    '--ca-out', CA_FILE,
    '--resolver', resolver,
    '--cluster-domain', clusterDomain,
    ...capturedFlags(settings),
  ];
}

function capturedFlags({ capturedPorts }: Pick<InjectionSettings, 'capturedPorts'>): string[] {
  return capturedPorts.flatMap(({ port, listener }) => ['--captured', `${port}:${listener}`]);
}

/** The kubelet asks every second: the agent's containers wait for the answer. */
const readiness = {
  httpGet: { path: '/readyz', port: HEALTH_PORT, scheme: 'HTTP' },
  periodSeconds: 1,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 120,
};

function basics(name: string, { image, imagePullPolicy, resources }: InjectionSettings) {
  return {
    name,
    image,
    imagePullPolicy,
    // Named rather than left to the image's entry point, which a mirror or a rebuild may have lost.
    command: ['sallyport'],
    resources: { requests: amounts(resources.requests), limits: amounts(resources.limits) },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  };
}

function confined(user: number) {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsGroup: user,
    runAsNonRoot: true,
    runAsUser: user,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

function amounts({ cpu, memory, ephemeralStorage }: ResourceAmounts): Record<string, string> {
  return { cpu: canonicalQuantity(cpu), memory: canonicalQuantity(memory), 'ephemeral-storage': canonicalQuantity(ephemeralStorage) };
}

function fromField(name: string, fieldPath: string) {
  return { name, valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } } };
}
