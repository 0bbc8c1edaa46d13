import { CHECKS } from '../../../core/checks/index.ts';
import { serviceLinks } from '../../../core/checks/service-links.ts';
import { sidecarIntact } from '../../../core/checks/sidecar-intact.ts';
import type { CaseResult } from './result.ts';

/** Which checks found something in at least one case. */
export interface Coverage {
  readonly exercised: readonly string[];
  readonly missing: readonly string[];
  /** Rounded down. */
  readonly percent: number;
}

/** What injection makes so, whatever the manifest says. */
const NEVER_OFFLINE: ReadonlySet<string> = new Set([sidecarIntact.id, serviceLinks.id]);

export function coverageOf(results: readonly CaseResult[]): Coverage {
  const found = new Set(results.flatMap(({ exercised }) => exercised));
  const all = CHECKS.map(({ id }) => id).filter((id) => !NEVER_OFFLINE.has(id));
  const [exercised, missing] = [all.filter((id) => found.has(id)), all.filter((id) => !found.has(id))];
  return { exercised, missing, percent: Math.floor((100 * exercised.length) / all.length) };
}
