import { SERVER_HEALTH_PORT } from '../../../core/terms/fixed-names.ts';
import { type Component, podLabels, systemMeta } from './labels.ts';
import { type InstallOptions, PLACEHOLDER_IMAGE } from './options.ts';

/** What the Deployments of webhook and controller differ in. */
export interface Server {
  readonly name: Component;
  readonly args: readonly string[];
  readonly port: number;
  readonly servicePort: number;
  readonly replicas: number;
  readonly priorityClassName: string;
  readonly resources: object;
  /** A Secret with a certificate that somebody else makes, and where the server reads it. */
  readonly certificate?: { readonly secret: string; readonly mountPath: string };
}

/** A Deployment that keeps its pods apart where it can, never has fewer ready than asked for while it rolls, and still fits on one node. */
export function deployment(server: Server, options: InstallOptions): object {
  const labels = podLabels(server.name);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: systemMeta(server.name),
    spec: {
      replicas: server.replicas,
      // The old pod goes only once the new one is ready, and the nodes have had time to send it connections.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      minReadySeconds: 5,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(server, options) },
    },
  };
}

function podSpec(server: Server, options: InstallOptions): object {
  const selector = { labelSelector: { matchLabels: podLabels(server.name) } };
  const { certificate } = server;
  return {
    serviceAccountName: server.name,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    priorityClassName: server.priorityClassName,
    // Longer than not ready, draining and the last answers take together.
    terminationGracePeriodSeconds: 45,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, fsGroup: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    // Preferred and not required: with fewer nodes than replicas, two on one node are better than one that waits.
    affinity: {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { ...selector, topologyKey: 'kubernetes.io/hostname' } }] },
    },
    // Each rollout is spread by itself: pods that are about to go do not count.
    topologySpreadConstraints: ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
      maxSkew: 1, topologyKey, whenUnsatisfiable: 'ScheduleAnyway', ...selector, matchLabelKeys: ['pod-template-hash'],
    })),
    containers: [container(server, options)],
    ...(certificate && { volumes: [{ name: 'tls', secret: { secretName: certificate.secret, defaultMode: 0o440 } }] }),
  };
}

/** Read by the benchmarks too: what ships is what is measured. */
export const NODE_OPTIONS = '--max-semi-space-size=4';

function container(server: Server, { image = PLACEHOLDER_IMAGE, imagePullPolicy = 'IfNotPresent' }: InstallOptions): object {
  const { certificate } = server;
  return {
    name: server.args[0],
    image,
    imagePullPolicy,
    // Named, so that it does not matter whether the image has an entry point.
    command: ['sallyport'],
    args: server.args,
    ports: [
      { name: 'https', containerPort: server.port },
      { name: 'health', containerPort: SERVER_HEALTH_PORT },
    ],
    startupProbe: { httpGet: { path: '/healthz', port: 'health' }, periodSeconds: 1, failureThreshold: 60 },
    livenessProbe: { httpGet: { path: '/healthz', port: 'health' }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    readinessProbe: { httpGet: { path: '/readyz', port: 'health' }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 1 },
    // A nursery that may grow to 32 MiB three times over is most of what these servers would hold, and they are no faster for it.
    env: [{ name: 'NODE_OPTIONS', value: NODE_OPTIONS }],
    resources: server.resources,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    ...(certificate && { volumeMounts: [{ name: 'tls', mountPath: certificate.mountPath, readOnly: true }] }),
  };
}
