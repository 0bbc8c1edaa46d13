import { quoted } from '../terms/quote.ts';
import { nearest } from './nearest.ts';
import type { TextFault } from './text-faults.ts';

/*
 * Which checks of gate one there are, as far as a profile speaks of them. The checks themselves are built on profiles, so the ids
 * stand here a second time; a test holds both equal.
 */

/** Checks that a profile may soften to warnings. */
export const WARNABLE_CHECKS = [
  'seccomp', 'app-armor', 'se-linux', 'proc-mount', 'read-only-root', 'resource-limits', 'device-limits', 'network-policy', 'runtime-class', 'runtime-annotations',
  'service-account-token', 'secret-environment', 'provider-keys', 'image-source', 'service-links', 'host-aliases', 'node-name', 'tolerations', 'priority-class',
  'system-paths', 'volume-devices', 'restart-rules', 'known-fields', 'lifetime', 'lifetime-set', 'termination-grace',
] as const;

/** Checks without which gate two can be got around. */
export const ESSENTIAL_CHECKS = [
  'sidecar-intact', 'sidecar-volumes', 'agent-identity', 'host-namespaces', 'privileged', 'privilege-escalation', 'capabilities', 'run-as-user',
  'process-namespace', 'ephemeral-containers', 'volume-types', 'token-audience', 'sysctls', 'windows',
] as const;

const EXPECTED = `a check that is not essential, such as ${WARNABLE_CHECKS[0]}`;

/** Why a profile cannot soften the check of this id: it would have no effect, and nobody would see that. */
export function warnOnlyFault(id: string): TextFault | undefined {
  if (includes(WARNABLE_CHECKS, id)) return undefined;
  if (includes(ESSENTIAL_CHECKS, id)) return { message: `check ${id} always denies: without it gate two can be got around`, expected: EXPECTED };
  return { message: `there is no check ${quoted(id)}`, expected: EXPECTED, nearest: nearest(id, WARNABLE_CHECKS) };
}

const includes = (ids: readonly string[], id: string): boolean => ids.includes(id);
