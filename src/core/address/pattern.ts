import type { HostName } from '../terms/authority.ts';

/** `exact` is the host itself; `below` is `*.domain`: one whole label below the domain, never the domain itself. */
export interface HostPattern {
  readonly kind: 'exact' | 'below';
  readonly host: HostName;
  /** As a policy spells it. */
  readonly text: string;
}

export type ParsedHostPattern =
  | { readonly ok: true; readonly pattern: HostPattern }
  | { readonly ok: false; readonly sentence: string; readonly nearest?: string };

export function parseHostPattern(_text: string): ParsedHostPattern {
  return { ok: false, sentence: 'not built' };
}

export function matchesHost(_pattern: HostPattern, _host: HostName): boolean {
  return false;
}

/** Greater is more specific: an exact host before any wildcard, a longer domain before a shorter one. */
export function specificity(_pattern: HostPattern): number {
  return 0;
}
