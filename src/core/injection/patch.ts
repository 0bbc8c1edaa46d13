import type { PatchOperation } from '../admission/answer.ts';
import { same } from '../checks/differences.ts';
import type { Pod } from '../checks/pod.ts';
import { RECEIPT_ANNOTATION } from '../terms/fixed-names.ts';

/** The JSON patch (RFC 6902) that turns a pod into what injection made of it, one operation for each member of `spec` that changes; empty where none does. */
export function injectionPatch(pod: Pod, injected: Pod): PatchOperation[] {
  const before = new Map(Object.entries(pod.spec));
  return Object.entries(injected.spec)
    .filter(([name, value]) => !same(before.get(name), value))
    .map(([name, value]) => ({ op: before.has(name) ? 'replace' : 'add', path: `/spec/${pointer(name)}`, value }));
}

/** The JSON patch that puts a receipt on a pod, over whatever calls itself one. Only members that are there have members added. */
export function receiptPatch({ metadata }: Pod, receipt: string | undefined): PatchOperation[] {
  if (receipt === undefined || metadata?.annotations?.[RECEIPT_ANNOTATION] === receipt) return [];
  const annotations = { ...metadata?.annotations, [RECEIPT_ANNOTATION]: receipt };
  return [metadata === undefined ? { op: 'add', path: '/metadata', value: { annotations } } : { op: 'add', path: '/metadata/annotations', value: annotations }];
}

function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
