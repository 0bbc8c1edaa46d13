import type { HostName } from '../terms/authority.ts';
import { quoted } from '../terms/quote.ts';
import { parseHost } from './host.ts';

export type ParsedHostPort =
  | { readonly ok: true; readonly host: HostName; readonly port: number }
  | { readonly ok: false; readonly sentence: string };

/**
 * `host`, `host:port` or `[v6]:port` (RFC 3986 section 3.2, without user information); IPv6 only in brackets, as without
 * them nobody can tell where the address ends. Without a port in the text and without a default it is a fault.
 */
export function parseHostPort(text: string, defaultPort?: number): ParsedHostPort {
  const colon = text.endsWith(']') ? -1 : text.lastIndexOf(':');
  const hostText = colon === -1 ? text : text.slice(0, colon);
  if (hostText.includes(':') && !hostText.startsWith('[')) return { ok: false, sentence: `IPv6 address in ${quoted(text)} stands without brackets` };
  const port = colon === -1 ? defaultPort : readPort(text.slice(colon + 1));
  if (port === undefined) return { ok: false, sentence: `${quoted(text)} has no port from 1 to 65535` };
  const parsed = parseHost(hostText);
  return parsed.ok ? { ok: true, host: parsed.host, port } : parsed;
}

function readPort(text: string): number | undefined {
  return /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}
