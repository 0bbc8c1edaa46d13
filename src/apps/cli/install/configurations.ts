import { AGENTS_LABEL, AGENT_LABEL, API_GROUP, GUARD_WEBHOOK, MUTATING_CONFIGURATION, PROFILE_LABEL, SYSTEM_NAMESPACE, TEMPLATES_WEBHOOK, VALIDATING_CONFIGURATION, WEBHOOK } from '../../../core/terms/fixed-names.ts';
import { clusterMeta } from './labels.ts';

const API = 'admissionregistration.k8s.io/v1';

/** Excluded by name, so that a dead webhook can never block its own return, nor the cluster's. */
const NEVER = { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', SYSTEM_NAMESPACE] };
const TAKES_AGENTS = { matchExpressions: [{ key: AGENTS_LABEL, operator: 'Exists' }, NEVER] };
const TAKES_NONE = { matchExpressions: [{ key: AGENTS_LABEL, operator: 'DoesNotExist' }, NEVER] };

const CHANGES_LABELS = differs('metadata.?labels');
const CHANGES_METADATA = `${CHANGES_LABELS} || ${differs('metadata.?annotations')}`;

/** Finalizers, owner references and the like may be changed even on a pod that would be refused today; else it could not be deleted. */
const SIGNIFICANT = {
  name: 'changes-spec-or-marks',
  expression: `request.operation != 'UPDATE' || object.spec != oldObject.spec || ${CHANGES_METADATA}`,
};

/** Kubelets write the status of every pod every few seconds, and the API server itself keeps them from labels: none of that costs a call. */
const NOT_BY_A_NODE = { name: 'not-by-a-node', expression: "!('system:nodes' in request.userInfo.groups)" };
const CHANGES_MARKS = { name: 'changes-metadata', expression: CHANGES_METADATA };

/** A workload's scale is not the sandbox's business, and goes on while the webhook is down. A PodTemplate has no spec. */
const CHANGES_TEMPLATE = {
  name: 'changes-template',
  expression: ["request.operation != 'UPDATE'", differs('?template'), ...['template', 'jobTemplate', 'podTemplate', 'updateStrategy', 'sandboxTemplateRef'].map((member) => differs(`?spec.?${member}`))].join(' || '),
};

/** Nobody here knows where other kinds keep theirs. */
const CHANGES_SPEC = { name: 'changes-spec', expression: `request.operation != 'UPDATE' || ${differs('?spec')}` };

/** Only on the labels themselves does the life of a namespace ever wait for the webhook. */
const CHANGES_GUARDED = { name: 'changes-guarded-labels', expression: [AGENTS_LABEL, PROFILE_LABEL].map((label) => differs(`metadata.?labels[?'${label}']`)).join(' || ') };

const BECOMES_AGENT = {
  name: 'becomes-an-agent',
  expression: `request.operation != 'UPDATE' || !('${AGENT_LABEL}' in oldObject.metadata.?labels.orValue({}))`,
};

const POD_CREATE = rule([''], ['v1'], ['pods'], ['CREATE']);
const POD_CHANGES = rule([''], ['v1'], ['pods', 'pods/ephemeralcontainers', 'pods/resize'], ['UPDATE']);

/** What people do to running pods, and what sends a pod to a node: `bindings` is older than `pods/binding` and does the same. */
const CONNECTIONS = [rule([''], ['v1'], ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'], ['CONNECT'])];
const BINDINGS = [rule([''], ['v1'], ['pods/binding', 'bindings'], ['CREATE'])];
/** Only who asks for more than Kubernetes' own 30 seconds waits for the webhook: nobody is kept from cleaning up. */
const ENDINGS = [rule([''], ['v1'], ['pods'], ['DELETE']), rule([''], ['v1'], ['pods/eviction'], ['CREATE'])];
const ENDS_SLOWLY = {
  name: 'ends-slowly',
  expression: "(request.operation == 'DELETE' ? request.options.?gracePeriodSeconds.orValue(0) : object.?deleteOptions.?gracePeriodSeconds.orValue(0)) > 30",
};

const STATUS = [rule([''], ['v1'], ['pods/status'], ['UPDATE'])];

const NAMESPACES = [{ ...rule([''], ['v1'], ['namespaces', 'namespaces/status', 'namespaces/finalize'], ['UPDATE']), scope: 'Cluster' }];

const TEMPLATES = [
  rule([''], ['v1'], ['podtemplates', 'replicationcontrollers'], ['CREATE', 'UPDATE']),
  rule(['apps'], ['v1'], ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], ['CREATE', 'UPDATE']),
  rule(['batch'], ['v1'], ['cronjobs', 'jobs'], ['CREATE', 'UPDATE']),
  rule(['agents.x-k8s.io'], ['v1alpha1', 'v1beta1'], ['sandboxes'], ['CREATE', 'UPDATE']),
  rule(['extensions.agents.x-k8s.io'], ['v1alpha1', 'v1beta1'], ['sandboxtemplates', 'sandboxwarmpools'], ['CREATE', 'UPDATE']),
];

/**
 * Our own kinds, which the controller and the webhook could not put in force if they were wrong; whoever applies one is told at once.
 * An update that leaves the spec as it was is not asked about, so that what stood there broken can be deleted.
 */
const POLICIES = [
  rule([API_GROUP], ['v1alpha1'], ['agentpolicies', 'exemptions'], ['CREATE', 'UPDATE']),
  { ...rule([API_GROUP], ['v1alpha1'], ['sandboxprofiles'], ['CREATE', 'UPDATE']), scope: 'Cluster' },
];

const CHANGES_POLICY = { name: 'changes-policy', expression: `request.operation != 'UPDATE' || ${differs('?spec')}` };

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
        { ...webhook(`status.${VALIDATING_CONFIGURATION}`, '/validate', STATUS, TAKES_AGENTS), matchConditions: [NOT_BY_A_NODE, CHANGES_MARKS] },
        webhook(`bindings.${VALIDATING_CONFIGURATION}`, '/validate', BINDINGS, TAKES_AGENTS),
        { ...webhook(`endings.${VALIDATING_CONFIGURATION}`, '/validate', ENDINGS, TAKES_AGENTS), matchConditions: [ENDS_SLOWLY] },
        webhook(`connections.${VALIDATING_CONFIGURATION}`, '/validate', CONNECTIONS, TAKES_AGENTS),
        { ...webhook(`templates.${VALIDATING_CONFIGURATION}`, '/validate', TEMPLATES, TAKES_AGENTS), matchConditions: [CHANGES_TEMPLATE] },
        // The webhook itself writes the rules, one for each kind that a profile lists under `templates`.
        { ...webhook(TEMPLATES_WEBHOOK, '/validate', undefined, TAKES_AGENTS), matchConditions: [CHANGES_SPEC] },
        {
          ...webhook(`strays.${VALIDATING_CONFIGURATION}`, '/validate', [rule([''], ['v1'], ['pods'], ['CREATE', 'UPDATE'])], TAKES_NONE),
          objectSelector: { matchExpressions: [{ key: AGENT_LABEL, operator: 'Exists' }] },
          matchConditions: [BECOMES_AGENT],
        },
        { ...webhook(GUARD_WEBHOOK, '/guard', NAMESPACES, { matchExpressions: [NEVER] }), objectSelector: { matchExpressions: [{ key: AGENTS_LABEL, operator: 'Exists' }] }, matchConditions: [CHANGES_GUARDED] },
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

function webhook(name: string, path: string, rules: readonly object[] | undefined, namespaceSelector?: object): object {
  return {
    name,
    admissionReviewVersions: ['v1'],
    clientConfig: { service: { name: WEBHOOK, namespace: SYSTEM_NAMESPACE, path, port: 443 } },
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    // Events, which a dry run does not cause.
    sideEffects: 'NoneOnDryRun',
    timeoutSeconds: 5,
    ...(namespaceSelector && { namespaceSelector }),
    ...(rules && { rules }),
  };
}

function rule(apiGroups: readonly string[], apiVersions: readonly string[], resources: readonly string[], operations: readonly string[]): object {
  return { apiGroups, apiVersions, resources, operations, scope: 'Namespaced' };
}

/** Whether a member, or its absence, is another than before. */
function differs(member: string): string {
  return `object.${member} != oldObject.${member}`;
}
