import {
  API_GROUP,
  CONTROLLER_CERTIFICATE_SECRET,
  EVIDENCE_KEY_SECRET,
  INJECTION_CONFIG_MAP,
  LINK_KEY_SECRET,
  MUTATING_CONFIGURATION,
  RECEIPT_KEY_SECRET,
  TRUST_CONFIG_MAP,
  VALIDATING_CONFIGURATION,
  WEBHOOK,
  WEBHOOK_CERTIFICATE_SECRET,
} from '../../../core/terms/fixed-names.ts';
import type { InstallOptions } from './options.ts';

/** One rule of a role (rbac.authorization.k8s.io/v1). */
interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** What a server may do: in the whole cluster, and in `sallyport-system` besides. */
export interface Rights {
  readonly everywhere: readonly Rule[];
  readonly atHome: readonly Rule[];
}

// A list and a watch by name are rights on that name alone.
const READ = ['get', 'list', 'watch'];
const FOLLOW = ['list', 'watch'];
const KEPT = [...READ, 'update'];

/** Owners of pods, which give agents their names and are what exemptions name. */
const OWNERS: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], verbs: ['get'] },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get'] },
];

/**
 * The least that the webhook does its work with. Nothing here reads a Secret, runs a pod or changes a workload outside of our namespace.
 *
 * What is about its own certificate it may only where it makes one. A Secret of a name that nobody fills would be more than useless: whoever
 * may create Secrets and read that one can have the API server write the token of another account into it.
 */
export function webhookRights({ certManager = false }: InstallOptions): Rights {
  if (certManager) return { everywhere: WEBHOOK_EVERYWHERE, atHome: WEBHOOK_AT_HOME };
  return {
    everywhere: [...WEBHOOK_EVERYWHERE, named(ADMISSION, 'mutatingwebhookconfigurations', [MUTATING_CONFIGURATION], [...FOLLOW, 'patch'])],
    atHome: [...WEBHOOK_AT_HOME, named('', 'secrets', [WEBHOOK_CERTIFICATE_SECRET], KEPT)],
  };
}

const ADMISSION = 'admissionregistration.k8s.io';

const WEBHOOK_EVERYWHERE: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces', 'pods'], verbs: READ },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: FOLLOW },
  { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'], verbs: READ },
  { apiGroups: [API_GROUP], resources: ['agentpolicies', 'sandboxprofiles'], verbs: FOLLOW },
  ...OWNERS,
  // Its rules for kinds that profiles list, whoever sees to its caBundle.
  named(ADMISSION, 'validatingwebhookconfigurations', [VALIDATING_CONFIGURATION], [...FOLLOW, 'patch']),
  // What the scan says of pods where they are, and the end of those without a proven sidecar or past their lifetime.
  { apiGroups: [''], resources: ['events'], verbs: ['get', 'create', 'update'] },
  { apiGroups: ['wgpolicyk8s.io'], resources: ['policyreports'], verbs: ['create', 'patch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
];

const WEBHOOK_AT_HOME: readonly Rule[] = [
  // Of no other namespace: an Exemption there is nobody's.
  { apiGroups: [API_GROUP], resources: ['exemptions'], verbs: FOLLOW },
  // A create has no name yet that a rule could be bound to; everything after it has.
  { apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['create'] },
  // Made once; nobody but an administrator replaces it.
  named('', 'secrets', [RECEIPT_KEY_SECRET], ['get']),
  named('', 'configmaps', [TRUST_CONFIG_MAP], FOLLOW),
  named('', 'configmaps', [INJECTION_CONFIG_MAP], ['get', 'update']),
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  named('coordination.k8s.io', 'leases', [WEBHOOK], ['get', 'update']),
];

/** The least that the controller does its work with. */
export const CONTROLLER_RIGHTS: Rights = {
  everywhere: [
    { apiGroups: [''], resources: ['pods'], verbs: FOLLOW },
    { apiGroups: [API_GROUP], resources: ['agentpolicies'], verbs: FOLLOW },
    ...OWNERS,
  ],
  atHome: [
    { apiGroups: [''], resources: ['secrets', 'configmaps'], verbs: ['create'] },
    named('', 'secrets', [CONTROLLER_CERTIFICATE_SECRET], KEPT),
    // Made once; nobody but an administrator replaces them.
    named('', 'secrets', [LINK_KEY_SECRET, EVIDENCE_KEY_SECRET], ['get']),
    // Written by server-side apply.
    named('', 'configmaps', [TRUST_CONFIG_MAP], ['patch']),
  ],
};

function named(group: string, resource: string, names: readonly string[], verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources: [resource], resourceNames: names, verbs };
}
