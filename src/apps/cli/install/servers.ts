import { CONTROLLER, CONTROLLER_PORT, WEBHOOK, WEBHOOK_PORT } from '../../../core/terms/fixed-names.ts';
import { CERT_MANAGER_SECRET } from './cert-manager.ts';
import { deployment, type Server } from './deployment.ts';
import { clusterMeta, podLabels, systemMeta } from './labels.ts';
import { type InstallOptions, PLACEHOLDER_IMAGE } from './options.ts';

/** Where the webhook finds the certificate that somebody else makes. */
const TLS_DIR = '/etc/sallyport/tls';

const PRIORITY_CLASS = 'sallyport-critical';

/** The PriorityClass, Services, Deployments and PodDisruptionBudget of webhook and controller. */
export function servers(options: InstallOptions): object[] {
  const both = [webhook(options), controller(options)];
  return [priorityClass(), ...both.map(service), ...both.map((server) => deployment(server, options)), disruptionBudget()];
}

function webhook(options: InstallOptions): Server {
  const { replicas = 3, certManager = false } = options;
  return {
    name: WEBHOOK,
    args: webhookArguments(options),
    port: WEBHOOK_PORT,
    servicePort: 443,
    replicas,
    priorityClassName: PRIORITY_CLASS,
    resources: { requests: { cpu: '50m', memory: '192Mi' }, limits: { cpu: '2', memory: '512Mi' } },
    ...(certManager ? { certificate: { secret: CERT_MANAGER_SECRET, mountPath: TLS_DIR } } : {}),
  };
}

function webhookArguments({ image = PLACEHOLDER_IMAGE, imagePullPolicy = 'IfNotPresent', resolver, clusterDomain, guardUser = [], guardGroup = [], certManager = false }: InstallOptions): string[] {
  return [
    'webhook', '--image', image, '--image-pull-policy', imagePullPolicy,
    ...flag('--resolver', resolver),
    ...flag('--cluster-domain', clusterDomain),
    ...guardUser.flatMap((user) => flag('--guard-user', user)),
    ...guardGroup.flatMap((group) => flag('--guard-group', group)),
    ...flag('--tls-dir', certManager ? TLS_DIR : undefined),
  ];
}

function controller({ clusterDomain }: InstallOptions): Server {
  return {
    name: CONTROLLER,
    args: ['controller', ...flag('--cluster-domain', clusterDomain)],
    port: CONTROLLER_PORT,
    servicePort: CONTROLLER_PORT,
    replicas: 1,
    priorityClassName: PRIORITY_CLASS,
    resources: { requests: { cpu: '50m', memory: '192Mi' }, limits: { cpu: '2', memory: '1Gi' } },
  };
}

function flag(name: string, value: string | undefined): string[] {
  return value === undefined ? [] : [name, value];
}

/**
 * Above every workload, and below what the cluster itself needs to run: DNS, network and storage may take our place, as nothing works
 * without them. `system-cluster-critical` would stand beside them, and clusters that ration it refuse it outside of kube-system.
 */
function priorityClass(): object {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: clusterMeta(PRIORITY_CLASS),
    value: 1_000_000_000,
    globalDefault: false,
    description: 'Admission and policy of agent pods: while they wait for a place, no agent starts.',
  };
}

function service({ name, servicePort }: Server): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: systemMeta(name),
    spec: { selector: podLabels(name), ports: [{ name: 'https', port: servicePort, targetPort: 'https' }] },
  };
}

/** Only of the webhook: the controller has one replica, and a budget for that would stop every node's drain. So would webhooks that are not ready, if they counted. */
function disruptionBudget(): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: systemMeta(WEBHOOK),
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: podLabels(WEBHOOK) } },
  };
}
