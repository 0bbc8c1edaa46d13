import {
  API_GROUP,
  CONTROLLER,
  CONTROLLER_CERTIFICATE_SECRET,
  EVIDENCE_KEY_SECRET,
  LINK_KEY_SECRET,
  MUTATING_CONFIGURATION,
  SYSTEM_NAMESPACE,
  TRUST_CONFIG_MAP,
  VALIDATING_CONFIGURATION,
  WEBHOOK,
  WEBHOOK_CERTIFICATE_SECRET,
} from '../../../core/terms/fixed-names.ts';
import { clusterMeta, systemMeta } from './labels.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];

/** ServiceAccounts and the least rights that each server does its work with. A list and a watch by name are rights on that name alone. */
export function access(): object[] {
  return [
    ...subject(WEBHOOK, WEBHOOK_CLUSTER_RULES, WEBHOOK_SYSTEM_RULES),
    ...subject(CONTROLLER, CONTROLLER_CLUSTER_RULES, CONTROLLER_SYSTEM_RULES),
    clusterBinding(`${CONTROLLER}-issuer-discovery`, CONTROLLER, 'system:service-account-issuer-discovery'),
  ];
}

const WEBHOOK_CLUSTER_RULES: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces'], verbs: READ },
  { apiGroups: [API_GROUP], resources: ['sandboxprofiles'], verbs: READ },
  { apiGroups: ['admissionregistration.k8s.io'], resources: ['validatingwebhookconfigurations'], resourceNames: [VALIDATING_CONFIGURATION], verbs: [...READ, 'patch'] },
  { apiGroups: ['admissionregistration.k8s.io'], resources: ['mutatingwebhookconfigurations'], resourceNames: [MUTATING_CONFIGURATION], verbs: [...READ, 'patch'] },
];

const WEBHOOK_SYSTEM_RULES: readonly Rule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: [WEBHOOK], verbs: ['get', 'update'] },
  ...kept('secrets', [WEBHOOK_CERTIFICATE_SECRET]),
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [TRUST_CONFIG_MAP], verbs: READ },
];

const CONTROLLER_CLUSTER_RULES: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: READ },
  { apiGroups: [API_GROUP], resources: ['agentpolicies'], verbs: READ },
  // Owners of pods, which give agents their names.
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], verbs: ['get'] },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'], verbs: ['get'] },
];

const CONTROLLER_SYSTEM_RULES: readonly Rule[] = [
  ...kept('secrets', [CONTROLLER_CERTIFICATE_SECRET]),
  // Made once; nobody but an administrator replaces them.
  { apiGroups: [''], resources: ['secrets'], resourceNames: [LINK_KEY_SECRET, EVIDENCE_KEY_SECRET], verbs: ['get'] },
  ...kept('configmaps', [TRUST_CONFIG_MAP]),
];

/** A create has no name yet that a rule could be bound to; everything after it has. */
function kept(resource: string, names: readonly string[]): Rule[] {
  return [
    { apiGroups: [''], resources: [resource], verbs: ['create'] },
    { apiGroups: [''], resources: [resource], resourceNames: names, verbs: [...READ, 'update', 'patch'] },
  ];
}

function subject(name: string, clusterRules: readonly Rule[], systemRules: readonly Rule[]): object[] {
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: systemMeta(name), automountServiceAccountToken: false },
    { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: clusterMeta(name), rules: clusterRules },
    clusterBinding(name, name, name),
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: systemMeta(name), rules: systemRules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'RoleBinding',
      metadata: systemMeta(name),
      roleRef: { apiGroup: RBAC, kind: 'Role', name },
      subjects: [serviceAccount(name)],
    },
  ];
}

function clusterBinding(name: string, account: string, role: string): object {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: clusterMeta(name),
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [serviceAccount(account)],
  };
}

function serviceAccount(name: string): object {
  return { kind: 'ServiceAccount', name, namespace: SYSTEM_NAMESPACE };
}
