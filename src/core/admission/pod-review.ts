import type { Fault } from '../checks/check.ts';
import { same } from '../checks/differences.ts';
import type { Pod } from '../checks/pod.ts';
import { readPod } from '../checks/read-pod.ts';
import { AGENTS_LABEL, AGENT_LABEL } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import type { ReviewContext } from './context.ts';
import { judgeMarks, judgePod } from './judge.ts';
import { marksDiffer } from './marks.ts';
import { NOTHING_WRONG, type Outcome, unreadable } from './outcome.ts';
import { ownFault } from './own-fault.ts';
import type { AdmissionRequest } from './request.ts';

/**
 * Reviews a pod that is created, updated, resized or joined by an ephemeral container.
 *
 *   1. an object that cannot be read is denied; where the old one cannot be, the new one is judged as if it were created;
 *   2. an agent where no agents are taken is refused;
 *   3. an update of the spec is judged whole, one of labels, of our annotations and of those for the node by the checks that hang on them; any other passes, so
 *      that finalizers and owner references move on. A deletionTimestamp spares nothing (CVE-2023-34091).
 */
export function reviewPod(request: AdmissionRequest, context: ReviewContext): Outcome {
  const read = readPod(request.object);
  if (!read.ok) return unreadable(read.findings);
  const pod = inNamespace(read.pod, request.namespace);
  const before = request.operation === 'UPDATE' ? previous(request) : undefined;
  const changes = changesOf(pod, before);
  if (changes === 'nothing') return NOTHING_WRONG;
  const stray = strayAgent(pod, context);
  if (stray !== undefined) return { faults: [stray], weight: 'by-mode' };
  const faults = changes === 'marks' && before !== undefined ? judgeMarks(pod, before, context) : judgePod(pod, before, context);
  return { faults, weight: 'by-mode', pod };
}

/**
 * Reviews a change of a pod's status by anybody but a node, whose kubelet the API server itself keeps from labels: metadata travels with
 * the status, and neither what selects the agent's policy nor what we wrote may change on that way.
 */
export function reviewPodStatus(request: AdmissionRequest, context: ReviewContext): Outcome {
  if (request.userInfo?.groups?.includes(NODES) === true) return NOTHING_WRONG;
  const read = readPod(request.object);
  if (!read.ok) return unreadable(read.findings);
  const before = previous(request);
  if (before === undefined) return unreadable([{ reason: 'malformed', field: '', message: 'nobody can tell what the pod was before', fix: 'send the change as an update' }]);
  const pod = inNamespace(read.pod, request.namespace);
  return marksDiffer(pod, before) ? { faults: judgeMarks(pod, before, context), weight: 'by-mode', pod } : NOTHING_WRONG;
}

/** The API server's own group of kubelets. */
const NODES = 'system:nodes';

function previous(request: AdmissionRequest): Pod | undefined {
  const read = readPod(request.oldObject);
  return read.ok ? inNamespace(read.pod, request.namespace) : undefined;
}

function changesOf(pod: Pod, before: Pod | undefined): 'spec' | 'marks' | 'nothing' {
  if (before === undefined || !same(before.spec, pod.spec)) return 'spec';
  return marksDiffer(pod, before) ? 'marks' : 'nothing';
}

/** Pods of old API servers, and templates, do not name the namespace that they are created in. */
export function inNamespace(pod: Pod, namespace: string | undefined): Pod {
  return namespace === undefined || namespace === '' ? pod : { ...pod, metadata: { ...pod.metadata, namespace } };
}

/** The fault of an agent outside of the namespaces that take agents, where no policy would reach it. */
export function strayAgent(pod: Pod, { namespaceLabels, agentNamespaces }: ReviewContext): Fault | undefined {
  const agent = pod.metadata?.labels?.[AGENT_LABEL];
  if (agent === undefined || namespaceLabels === undefined || Object.hasOwn(namespaceLabels, AGENTS_LABEL)) return undefined;
  const open = agentNamespaces?.().slice(0, 10).join(', ') ?? '';
  return ownFault({
    reason: 'namespace-takes-no-agents',
    field: `metadata.labels["${AGENT_LABEL}"]`,
    message: `the pod calls itself agent ${quoted(agent)}, but namespace ${quoted(pod.metadata?.namespace ?? '')} takes no agents`,
    fix: `create it in a namespace labelled ${AGENTS_LABEL}=enforce${open === '' ? '' : `, such as ${open}`}, or remove the label`,
  });
}
