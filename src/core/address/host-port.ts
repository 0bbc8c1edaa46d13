import type { HostName } from '../terms/authority.ts';

export type ParsedHostPort = { readonly ok: true; readonly host: HostName; readonly port: number } | { readonly ok: false; readonly sentence: string };

/** `host`, `host:port`, `[v6]:port`; without a port in the text or a default it is a fault. */
export function parseHostPort(_text: string, _defaultPort?: number): ParsedHostPort {
  return { ok: false, sentence: 'not built' };
}
