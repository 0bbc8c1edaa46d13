import { CONTROLLER, CONTROLLER_PORT, SERVER_HEALTH_PORT, WEBHOOK, WEBHOOK_PORT } from '../../../core/terms/fixed-names.ts';
import { type Component, podLabels, systemMeta } from './labels.ts';
import { type InstallOptions, PLACEHOLDER_IMAGE } from './options.ts';

interface Server {
  readonly name: Component;
  readonly args: readonly string[];
  readonly port: number;
  readonly servicePort: number;
  readonly replicas: number;
  readonly resources: object;
}

/** The Deployments, Services and PodDisruptionBudget of webhook and controller. */
export function servers(options: InstallOptions): object[] {
  const both = [webhook(options), controller(options)];
  return [...both.map(service), ...both.map((server) => deployment(server, options)), disruptionBudget()];
}

function webhook({ image = PLACEHOLDER_IMAGE, imagePullPolicy = 'IfNotPresent', replicas = 2, resolver, clusterDomain }: InstallOptions): Server {
  return {
    name: WEBHOOK,
    args: ['webhook', '--image', image, '--image-pull-policy', imagePullPolicy, ...flag('--resolver', resolver), ...flag('--cluster-domain', clusterDomain)],
    port: WEBHOOK_PORT,
    servicePort: 443,
    replicas,
    resources: { requests: { cpu: '50m', memory: '192Mi' }, limits: { cpu: '2', memory: '512Mi' } },
  };
}

function controller({ clusterDomain }: InstallOptions): Server {
  return {
    name: CONTROLLER,
    args: ['controller', ...flag('--cluster-domain', clusterDomain)],
    port: CONTROLLER_PORT,
    servicePort: CONTROLLER_PORT,
    replicas: 1,
    resources: { requests: { cpu: '50m', memory: '192Mi' }, limits: { cpu: '2', memory: '1Gi' } },
  };
}

function flag(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value];
}

function service({ name, servicePort }: Server): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: systemMeta(name),
    spec: { selector: podLabels(name), ports: [{ name: 'https', port: servicePort, targetPort: 'https' }] },
  };
}

function deployment(server: Server, options: InstallOptions): object {
  const labels = podLabels(server.name);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: systemMeta(server.name),
    spec: {
      replicas: server.replicas,
      // The old pod goes only once the new one is ready.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: podSpec(server, options) },
    },
  };
}

function podSpec(server: Server, options: InstallOptions): object {
  const selector = { labelSelector: { matchLabels: podLabels(server.name) } };
  return {
    serviceAccountName: server.name,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    // Longer than not ready, draining and the last answers take together.
    terminationGracePeriodSeconds: 45,
    securityContext: { runAsNonRoot: true, runAsUser: 65_532, runAsGroup: 65_532, seccompProfile: { type: 'RuntimeDefault' } },
    affinity: {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: { ...selector, topologyKey: 'kubernetes.io/hostname' } }] },
    },
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway', ...selector }],
    containers: [container(server, options)],
  };
}

function container(server: Server, { image = PLACEHOLDER_IMAGE, imagePullPolicy = 'IfNotPresent' }: InstallOptions): object {
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
    resources: server.resources,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  };
}

/** Only of the webhook: the controller has one replica, and a budget for that would stop every node's drain. */
function disruptionBudget(): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: systemMeta(WEBHOOK),
    spec: { maxUnavailable: 1, selector: { matchLabels: podLabels(WEBHOOK) } },
  };
}
