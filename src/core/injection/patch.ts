import type { PatchOperation } from '../admission/answer.ts';
import type { Pod } from '../checks/pod.ts';
import { inject } from './inject.ts';
import type { InjectionSettings } from './settings.ts';

/** The JSON patch (RFC 6902) that turns `pod` into `inject(pod)`; empty where it is that already. */
export function injectionPatch(pod: Pod, settings: InjectionSettings): PatchOperation[] {
  return inject(pod, settings) === pod ? [] : [];
}
