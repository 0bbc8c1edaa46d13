import type { HostName } from '../terms/authority.ts';
import { quoted } from '../terms/quote.ts';
import { isAddressLiteral, parseHost } from './host.ts';

/** `exact` is the host itself; `below` is `*.domain`: one whole label below the domain, never the domain itself. */
export interface HostPattern {
  readonly kind: 'exact' | 'below';
  /** In normal form: the host, or the domain after `*.`. */
  readonly host: HostName;
  /** The pattern in normal form. */
  readonly text: string;
}

export type ParsedHostPattern =
  | { readonly ok: true; readonly pattern: HostPattern }
  | { readonly ok: false; readonly sentence: string; readonly nearest?: string };

/**
 * Reads a host of a policy. A wildcard is the whole first label, and stands below at least two more; whether those are a public
 * suffix (`*.co.uk`) is `publicSuffixFault`'s to say.
 */
export function parseHostPattern(text: string): ParsedHostPattern {
  if (!text.includes('*')) return exact(text);
  if (!text.startsWith('*.') || text.indexOf('*', 1) !== -1) return misplaced(text);
  const parsed = parseHost(text.slice(2));
  if (!parsed.ok) return parsed;
  const domain = parsed.host;
  if (isAddressLiteral(domain)) return { ok: false, sentence: `${quoted(text)} puts a wildcard before an address` };
  if (!domain.includes('.')) return { ok: false, sentence: wildcardTooWide(`*.${domain}`, domain) };
  return { ok: true, pattern: { kind: 'below', host: domain, text: `*.${domain}` } };
}

/** Of a pattern in normal form and the domain in it. */
export const wildcardTooWide = (pattern: string, domain: string): string => `${quoted(pattern)} would list every name below ${domain}, under which anybody can register one`;

/** What is left of a host without its first label; empty for an address and for a name of one label. */
export function parentDomain(host: HostName): string {
  const dot = host.indexOf('.');
  return dot === -1 || isAddressLiteral(host) ? '' : host.slice(dot + 1);
}

function exact(text: string): ParsedHostPattern {
  const parsed = parseHost(text);
  if (parsed.ok) return { ok: true, pattern: { kind: 'exact', host: parsed.host, text: parsed.host } };
  const sentence = /^(?:[^:[\]]+|\[.*\]):[0-9]+$/.test(text) ? `host ${quoted(text)} has a port in it, which stands under ports` : parsed.sentence;
  const nearest = asciiSpelling(text);
  return nearest === undefined ? { ok: false, sentence } : { ok: false, sentence, nearest };
}

function misplaced(text: string): ParsedHostPattern {
  const sentence = text === '*' ? '"*" would list every host' : `${quoted(text)} has a wildcard that is not the whole first label`;
  const dot = text.lastIndexOf('*.');
  const nearest = dot > 0 ? parseHostPattern(text.slice(dot)) : undefined;
  return nearest?.ok === true ? { ok: false, sentence, nearest: nearest.pattern.text } : { ok: false, sentence };
}

/** The ASCII spelling to propose for a name that was written otherwise, or for a URL where a host was meant. */
function asciiSpelling(text: string): string | undefined {
  const bare = text.replace(/^[a-z]+:\/\//i, '').replace(/[/?#].*$/s, '').replace(/:[0-9]*$/, '');
  const converted = URL.parse(`http://${bare}/`)?.hostname;
  const parsed = converted === undefined ? undefined : parseHost(converted);
  return parsed?.ok === true && !isAddressLiteral(parsed.host) ? parsed.host : undefined;
}
