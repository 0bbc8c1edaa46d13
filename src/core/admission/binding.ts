import type { Finding } from '../checks/check.ts';
import type { Pod } from '../checks/pod.ts';
import { AGENTS_LABEL, MIRROR_ANNOTATION } from '../terms/fixed-names.ts';
import { isStringMap } from '../terms/string-map.ts';
import type { ReviewContext } from './context.ts';
import { judgeLive } from './judge.ts';
import { modeOf } from './namespace.ts';
import { NOTHING_WRONG, type Outcome, unreadable } from './outcome.ts';
import { ownFault } from './own-fault.ts';
import type { AdmissionRequest } from './request.ts';
import { at } from './workloads.ts';

/**
 * Reviews what sends a pod to a node, by `pods/binding` or the older `bindings`: the last moment before it runs, and the first at which
 * a pod is seen that was waiting while its namespace took no agents yet.
 *
 *   1. where nothing is enforced, nothing is held up;
 *   2. the live pod is judged whole, its sidecar's proof included,
 *      as it will be: labels and annotations of the binding end up on it.
 */
export function reviewBinding(request: AdmissionRequest, context: ReviewContext): Outcome {
  if (modeOf(context.namespaceLabels) !== 'enforce') return NOTHING_WRONG;
  const { livePod } = context;
  if (livePod === undefined || !livePod.known) return { faults: [ownFault(unknownPod(livePod?.sentence))], weight: 'by-mode' };
  if (livePod.value === undefined) return { faults: [ownFault(unknownPod('There is no such pod.'))], weight: 'by-mode' };
  const pod = livePod.value;
  if (boundPod(request) !== pod.metadata?.name) return unreadable([anotherPod]);
  const bound = withMarksOf(request.object, pod);
  if (bound === undefined) return unreadable([malformed]);
  if (bound.metadata?.annotations?.[MIRROR_ANNOTATION] !== pod.metadata?.annotations?.[MIRROR_ANNOTATION]) return unreadable([mirrored]);
  return { faults: judgeLive(bound, context, pod), weight: 'by-mode', pod };
}

/** Name of the pod that a binding sends to a node; undefined where it is not said, or said twice and not alike. */
export function boundPod({ name, object }: AdmissionRequest): string | undefined {
  const own = at(object, ['metadata', 'name']);
  const named = name === undefined || name === '' ? own : name;
  return typeof named === 'string' && named !== '' && (own === undefined || own === named) ? named : undefined;
}

/** As the API server merges them: the pod's labels stay where both have one of a name, the binding's annotations win. */
function withMarksOf(binding: unknown, pod: Pod): Pod | undefined {
  const [labels, annotations] = [at(binding, ['metadata', 'labels']), at(binding, ['metadata', 'annotations'])].map((marks) => marks ?? {});
  if (!isStringMap(labels) || !isStringMap(annotations)) return undefined;
  const { metadata } = pod;
  return { ...pod, metadata: { ...metadata, labels: { ...labels, ...metadata?.labels }, annotations: { ...metadata?.annotations, ...annotations } } };
}

export function unknownPod(sentence = 'Nobody has looked.'): Finding {
  return {
    reason: 'pod-unknown',
    field: '',
    message: `the pod is not known, and nobody passes unseen in a namespace labelled ${AGENTS_LABEL}: ${sentence}`,
    fix: 'try again; if it stays so, see whether the webhook reaches the API server',
  };
}

const anotherPod: Finding = { reason: 'malformed', field: 'metadata.name', message: 'the binding names another pod than the request', fix: 'name one pod' };
const mirrored: Finding = {
  reason: 'malformed',
  field: `metadata.annotations["${MIRROR_ANNOTATION}"]`,
  message: 'the binding would make the pod look like one that its node runs from a file, which nobody can evict',
  fix: 'leave the annotation out of the binding',
};
const malformed: Finding = { reason: 'malformed', field: 'metadata', message: 'expected labels and annotations to be maps of strings, got something else', fix: 'write the binding as the Kubernetes API documents it' };
