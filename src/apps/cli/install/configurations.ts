import { AGENTS_LABEL, AGENT_LABEL, API_GROUP, MUTATING_CONFIGURATION, SYSTEM_NAMESPACE, VALIDATING_CONFIGURATION, WEBHOOK } from '../../../core/terms/fixed-names.ts';
import { clusterMeta } from './labels.ts';

const API = 'admissionregistration.k8s.io/v1';

/** Excluded by name, so that a dead webhook can never block its own return, nor the cluster's. */
const NEVER = { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', SYSTEM_NAMESPACE] };
const TAKES_AGENTS = { matchExpressions: [{ key: AGENTS_LABEL, operator: 'Exists' }, NEVER] };
const TAKES_NONE = { matchExpressions: [{ key: AGENTS_LABEL, operator: 'DoesNotExist' }, NEVER] };

/** Finalizers, owner references and the like may be changed even on a pod that would be refused today; else it could not be deleted. */
const SIGNIFICANT = {
  name: 'changes-spec-or-labels',
  expression: "request.operation != 'UPDATE' || object.spec != oldObject.spec || object.metadata.?labels != oldObject.metadata.?labels",
};

/** A workload's status and scale are not the sandbox's business. */
const CHANGES_SPEC = { name: 'changes-spec', expression: "request.operation != 'UPDATE' || object.spec != oldObject.spec" };

const BECOMES_AGENT = {
  name: 'becomes-an-agent',
  expression: `request.operation != 'UPDATE' || !('${AGENT_LABEL}' in oldObject.metadata.?labels.orValue({}))`,
};

const POD_CREATE = rule([''], ['v1'], ['pods'], ['CREATE']);
const POD_CHANGES = rule([''], ['v1'], ['pods', 'pods/ephemeralcontainers', 'pods/resize'], ['UPDATE']);

const TEMPLATES = [
  rule([''], ['v1'], ['replicationcontrollers'], ['CREATE', 'UPDATE']),
  rule(['apps'], ['v1'], ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], ['CREATE', 'UPDATE']),
  rule(['batch'], ['v1'], ['cronjobs', 'jobs'], ['CREATE', 'UPDATE']),
];

/**
 * Our own kinds, which the controller and the webhook could not put in force if they were wrong; whoever applies one is told at once.
 * An update that leaves the spec as it was is not asked about, so that what stood there broken can be deleted.
 */
const POLICIES = [
  rule([API_GROUP], ['v1alpha1'], ['agentpolicies', 'exemptions'], ['CREATE', 'UPDATE']),
  { ...rule([API_GROUP], ['v1alpha1'], ['sandboxprofiles'], ['CREATE', 'UPDATE']), scope: 'Cluster' },
];

const CHANGES_POLICY = { name: 'changes-policy', expression: "request.operation != 'UPDATE' || object.?spec != oldObject.?spec" };

/**
 * How the API server calls the webhook. `caBundle` is left out: the webhook sets it once it serves, and until then every call fails,
 * which refuses agent pods and nothing else.
 */
export function webhookConfigurations(): object[] {
  return [
    {
      apiVersion: API,
      kind: 'ValidatingWebhookConfiguration',
      metadata: clusterMeta(VALIDATING_CONFIGURATION),
      webhooks: [
        { ...webhook(VALIDATING_CONFIGURATION, '/validate', [POD_CREATE, POD_CHANGES], TAKES_AGENTS), matchConditions: [SIGNIFICANT] },
        { ...webhook(`templates.${VALIDATING_CONFIGURATION}`, '/validate', TEMPLATES, TAKES_AGENTS), matchConditions: [CHANGES_SPEC] },
        {
          ...webhook(`strays.${VALIDATING_CONFIGURATION}`, '/validate', [rule([''], ['v1'], ['pods'], ['CREATE', 'UPDATE'])], TAKES_NONE),
          objectSelector: { matchExpressions: [{ key: AGENT_LABEL, operator: 'Exists' }] },
          matchConditions: [BECOMES_AGENT],
        },
        // In every namespace, as a policy is read in every one. While the webhook is down no policy or profile can be created or edited (what
        // stands stays in force); neither the webhook nor the controller needs one of its own to come up.
        { ...webhook(`policies.${VALIDATING_CONFIGURATION}`, '/validate', POLICIES), matchConditions: [CHANGES_POLICY] },
      ],
    },
    {
      apiVersion: API,
      kind: 'MutatingWebhookConfiguration',
      metadata: clusterMeta(MUTATING_CONFIGURATION),
      // Another mutator after ours may have moved what we put first.
      webhooks: [{ ...webhook(MUTATING_CONFIGURATION, '/mutate', [POD_CREATE], TAKES_AGENTS), reinvocationPolicy: 'IfNeeded' }],
    },
  ];
}

function webhook(name: string, path: string, rules: readonly object[], namespaceSelector?: object): object {
  return {
    name,
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { name: WEBHOOK, namespace: SYSTEM_NAMESPACE, path, port: 443 } },
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds: 5,
    ...(namespaceSelector && { namespaceSelector }),
    rules,
  };
}

function rule(apiGroups: readonly string[], apiVersions: readonly string[], resources: readonly string[], operations: readonly string[]): object {
  return { apiGroups, apiVersions, resources, operations, scope: 'Namespaced' };
}
