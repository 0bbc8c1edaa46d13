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

/** Owners of pods, which give agents their names and are what exemptions name. */
const OWNERS: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], verbs: ['get'] },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get'] },
];

/** The least that the webhook does its work with. Nothing here reads a Secret, runs a pod or changes a workload outside of our namespace. */
export const WEBHOOK_RIGHTS: Rights = {
  everywhere: [
    { apiGroups: [''], resources: ['namespaces', 'pods'], verbs: READ },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: FOLLOW },
    { apiGroups: ['node.k8s.io'], resources: ['runtimeclasses'], verbs: READ },
    { apiGroups: [API_GROUP], resources: ['agentpolicies', 'sandboxprofiles'], verbs: FOLLOW },
    ...OWNERS,
    { apiGroups: ['admissionregistration.k8s.io'], resources: ['validatingwebhookconfigurations'], resourceNames: [VALIDATING_CONFIGURATION], verbs: [...READ, 'patch'] },
    { apiGroups: ['admissionregistration.k8s.io'], resources: ['mutatingwebhookconfigurations'], resourceNames: [MUTATING_CONFIGURATION], verbs: [...READ, 'patch'] },
    // What the scan says of pods where they are, and the end of those without a proven sidecar or past their lifetime.
    { apiGroups: [''], resources: ['events'], verbs: ['get', 'create', 'update'] },
    { apiGroups: ['wgpolicyk8s.io'], resources: ['policyreports'], verbs: ['create', 'patch'] },
    { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  ],
  atHome: [
    // Of no other namespace: an Exemption there is nobody's.
    { apiGroups: [API_GROUP], resources: ['exemptions'], verbs: FOLLOW },
    ...kept('secrets', [WEBHOOK_CERTIFICATE_SECRET]),
    // Made once; nobody but an administrator replaces it.
    { apiGroups: [''], resources: ['secrets'], resourceNames: [RECEIPT_KEY_SECRET], verbs: ['get'] },
    { apiGroups: [''], resources: ['configmaps'], resourceNames: [TRUST_CONFIG_MAP], verbs: READ },
    ...kept('configmaps', [INJECTION_CONFIG_MAP]),
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [WEBHOOK], verbs: ['get', 'update'] },
  ],
};

/** The least that the controller does its work with. */
export const CONTROLLER_RIGHTS: Rights = {
  everywhere: [
    { apiGroups: [''], resources: ['pods'], verbs: READ },
    { apiGroups: [API_GROUP], resources: ['agentpolicies'], verbs: READ },
    ...OWNERS,
  ],
  atHome: [
    ...kept('secrets', [CONTROLLER_CERTIFICATE_SECRET]),
    // Made once; nobody but an administrator replaces them.
    { apiGroups: [''], resources: ['secrets'], resourceNames: [LINK_KEY_SECRET, EVIDENCE_KEY_SECRET], verbs: ['get'] },
    ...kept('configmaps', [TRUST_CONFIG_MAP]),
  ],
};

/** A create has no name yet that a rule could be bound to; everything after it has. */
function kept(resource: string, names: readonly string[]): Rule[] {
  return [
    { apiGroups: [''], resources: [resource], verbs: ['create'] },
    { apiGroups: [''], resources: [resource], resourceNames: names, verbs: [...READ, 'update', 'patch'] },
  ];
}
