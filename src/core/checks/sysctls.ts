import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';

/** Without `net.*`: they set up the very network that the capture rules. */
const SAFE: ReadonlySet<string> = new Set(['kernel.shm_rmid_forced']);

/**
 * The pod sets no kernel parameter that reaches beyond it or into the capture.
 *
 *   field                                    allowed
 *   spec.securityContext.sysctls[*].name     kernel.shm_rmid_forced
 *
 * Source: Pod Security Standards, "Sysctls", made stricter.
 */
export const sysctls: Check = {
  id: 'sysctls',
  title: 'Kernel parameters stay as they are',
  essential: true,
  review: ({ spec }) => (spec.securityContext?.sysctls ?? []).flatMap(({ name }, index) => (SAFE.has(name) ? [] : [{
    reason: 'sysctl',
    field: `spec.securityContext.sysctls[${index}].name`,
    message: `the pod sets ${quoted(name)}`,
    fix: `remove it; allowed: ${[...SAFE].join(', ')}`,
  }])),
};
