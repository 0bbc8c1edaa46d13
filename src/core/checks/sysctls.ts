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
 *   version   change of the standard that is not followed
 *   v1.29     net.ipv4.tcp_keepalive_time, tcp_fin_timeout, tcp_keepalive_intvl and tcp_keepalive_probes are allowed
 *   v1.32     net.ipv4.tcp_rmem and tcp_wmem are allowed
 *
 * Stricter than the standard in every version, by whatever it allows of net. Source: Pod Security Standards, "Sysctls".
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
