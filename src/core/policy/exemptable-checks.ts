import { quoted } from '../terms/quote.ts';
import { ESSENTIAL_CHECKS, WARNABLE_CHECKS } from './check-ids.ts';
import { nearest } from './nearest.ts';
import type { TextFault } from './text-faults.ts';

/** What a person does to a running pod: an exemption from one of these names the person. */
export const PERSONAL_CHECKS = ['ephemeral-containers', 'exec'] as const;

/** The proof of the sidecar is what everything else stands on: who needs pods without it takes them out of the agent namespaces. */
const NEVER = 'sidecar-intact';

/** Checks that an exemption may name; the personal ones are no checks of a pod alone. */
export const EXEMPTABLE_CHECKS: readonly string[] = [...new Set([...WARNABLE_CHECKS, ...ESSENTIAL_CHECKS, ...PERSONAL_CHECKS])].filter((id) => id !== NEVER);

export function isPersonal(id: string): boolean {
  return PERSONAL_CHECKS.some((one) => one === id);
}

/** Why an exemption cannot name the check of this id. */
export function exemptFault(id: string): TextFault | undefined {
  if (EXEMPTABLE_CHECKS.includes(id)) return undefined;
  const expected = `a check that can be exempted, such as ${WARNABLE_CHECKS[0]}`;
  if (id === NEVER) return { message: `check ${id} cannot be exempted: without the sidecar nothing is enforced and nothing recorded`, expected };
  return { message: `there is no check ${quoted(id)}`, expected, nearest: nearest(id, EXEMPTABLE_CHECKS) };
}
