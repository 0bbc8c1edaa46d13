import { AGENTS_LABEL, PROFILE_LABEL } from '../terms/fixed-names.ts';
import type { Mode } from './answer.ts';

const DEFAULT_PROFILE = 'isolated';

type Labels = Readonly<Record<string, string>>;

/** The mode that a namespace asks for. Absent, misspelt or unknown reads as `enforce`: a typo must not open the gate. */
export function modeOf(labels: Labels | undefined): Mode {
  const value = labels?.[AGENTS_LABEL];
  return value === 'warn' || value === 'audit' ? value : 'enforce';
}

/** Name of the profile that a namespace picks. */
export function profileName(labels: Labels | undefined): string {
  return labels?.[PROFILE_LABEL] ?? DEFAULT_PROFILE;
}
