import type { ProfileSpec } from '../policy/profile.ts';
import type { Finding } from './check.ts';
import type { Pod } from './pod.ts';

/** One change of a pod: what stands at `field` (a path as findings have it) becomes `value`, or goes away where it is undefined. */
export interface Edit {
  readonly field: string;
  readonly value: unknown;
}

/** What would mend a finding without a person having to write anything; empty where only a person can. */
export function editsFor(_finding: Finding, _pod: Pod, _profile: ProfileSpec): readonly Edit[] {
  return [];
}
