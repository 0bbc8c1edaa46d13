import type { Fault } from '../checks/check.ts';
import type { Pod } from '../checks/pod.ts';
import { isForTheNode } from '../checks/runtime-annotations.ts';
import { API_GROUP } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import { type StringMap, valueOf } from '../terms/string-map.ts';
import { ownFault } from './own-fault.ts';

const PREFIX = `${API_GROUP}/`;

/** Annotations of ours that a pod that is there would no longer have as it had them: the receipt among them, without which it is proven no more. */
export function changedMarks(pod: Pod, before: Pod): Fault[] {
  return changedNames(pod.metadata?.annotations ?? {}, before.metadata?.annotations ?? {}).filter(isOurs).map((name) => ownFault({
    reason: 'mark-changed',
    field: `metadata.annotations[${quoted(name)}]`,
    message: 'the annotation is Sallyport\'s own and stays as it was when the pod was created',
    fix: 'leave it as it is, or create a new pod',
  }));
}

/** Whether labels, annotations of ours or those that the node reads, should the sandbox be made anew, are not what they were. */
export function marksDiffer(pod: Pod, before: Pod): boolean {
  const [now, then] = [pod, before].map(({ metadata }) => ({ labels: metadata?.labels ?? {}, annotations: metadata?.annotations ?? {} }));
  return now !== undefined && then !== undefined && (changedNames(now.labels, then.labels).length > 0 || changedNames(now.annotations, then.annotations).some((name) => isOurs(name) || isForTheNode(name)));
}

function isOurs(name: string): boolean {
  return name.startsWith(PREFIX);
}

function changedNames(a: StringMap, b: StringMap): string[] {
  return Object.keys({ ...a, ...b }).filter((name) => valueOf(a, name) !== valueOf(b, name));
}
