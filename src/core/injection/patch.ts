import type { PatchOperation } from '../admission/answer.ts';
import { same } from '../checks/differences.ts';
import type { Pod } from '../checks/pod.ts';
import { inject } from './inject.ts';
import type { InjectionSettings } from './settings.ts';

/** The JSON patch (RFC 6902) that turns `pod` into `inject(pod)`, one operation for each member of `spec` that changes; empty where none does. */
export function injectionPatch(pod: Pod, settings: InjectionSettings): PatchOperation[] {
  const before = new Map(Object.entries(pod.spec));
  return Object.entries(inject(pod, settings).spec)
    .filter(([name, value]) => !same(before.get(name), value))
    .map(([name, value]) => ({ op: before.has(name) ? 'replace' : 'add', path: `/spec/${pointer(name)}`, value }));
}

function pointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
