import { DEFAULT_PORTS, endpointText, hostText } from '../../core/address/authority-text.ts';
import { parseHostPort } from '../../core/address/host-port.ts';
import type { Entry } from '../../core/evidence/draft.ts';
import type { Authority, HostName, Scheme } from '../../core/terms/authority.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { Target } from '../../core/traffic/http1/target.ts';

/** One thing that was said about where a call goes, and by what. A server name in TLS says no port. */
export interface Claim {
  readonly source: 'synthetic address' | 'CONNECT target' | 'TLS server name' | 'request target' | 'Host header';
  readonly host: HostName;
  readonly port?: number;
}

/** What is known of a stream of requests before its first one: how it came in, and every claim made so far. */
export interface Arrival {
  readonly entry: Entry;
  readonly scheme: Scheme;
  readonly claims: readonly Claim[];
}

export type Agreement =
  | { readonly ok: true; readonly authority: Authority }
  | { readonly ok: false; readonly reason: ReasonCode; readonly sentence: string; readonly authority?: Authority };

/**
 * Whether all claims about one request's authority agree (RFC 9110 sections 4.3 and 7.4: a request whose Host is not the
 * one that the connection was made for is misdirected). Domain fronting lives on checks that look at one of them.
 *
 * Claims of the connection are fixed, and clients repeat one Host, so the last agreement is kept.
 */
export class AuthorityCheck {
  readonly #arrival: Arrival;
  #lastHost: string | undefined;
  #last: Agreement | undefined;

  constructor(arrival: Arrival) {
    this.#arrival = arrival;
  }

  /** `host` is the Host header as received, absent only in HTTP/1.0. */
  agree(target: Extract<Target, { form: 'origin' | 'absolute' }>, host: string | undefined): Agreement {
    if (target.form === 'absolute') return agreementOf(this.#arrival, target, host);
    if (this.#last !== undefined && host === this.#lastHost) return this.#last;
    this.#last = agreementOf(this.#arrival, undefined, host);
    this.#lastHost = host;
    return this.#last;
  }
}

/** For a request in absolute form sent to the proxy itself: the target alone decides, and Host has to repeat it. */
export function absoluteAuthority(target: Extract<Target, { form: 'absolute' }>, host: string | undefined): Agreement {
  return agreementOf({ entry: 'absolute', scheme: target.scheme, claims: [] }, target, host);
}

function agreementOf(arrival: Arrival, target: Extract<Target, { form: 'absolute' }> | undefined, host: string | undefined): Agreement {
  const claims = [...arrival.claims];
  const known = authorityOf(claims, arrival.scheme);
  if (target !== undefined) {
    if (target.scheme !== arrival.scheme) return mismatch(`the connection speaks ${arrival.scheme} but the request target says ${target.scheme}`, known);
    const fault = addClaim(claims, 'request target', target.authority, arrival.scheme);
    if (fault !== undefined) return { ok: false, reason: 'host-malformed', sentence: fault, ...known };
  }
  if (host !== undefined) {
    const fault = addClaim(claims, 'Host header', host, arrival.scheme);
    if (fault !== undefined) return { ok: false, reason: 'host-malformed', sentence: fault, ...known };
  }
  return compare(claims, arrival.scheme);
}

function addClaim(claims: Claim[], source: Claim['source'], text: string, scheme: Scheme): string | undefined {
  const parsed = parseHostPort(text, DEFAULT_PORTS[scheme]);
  if (!parsed.ok) return `The ${source} is no host: ${parsed.sentence}.`;
  claims.push({ source, host: parsed.host, port: parsed.port });
  return undefined;
}

function compare(claims: readonly Claim[], scheme: Scheme): Agreement {
  const [first, ...others] = claims;
  const known = authorityOf(claims, scheme);
  if (first === undefined || known.authority === undefined) return { ok: false, reason: 'host-malformed', sentence: 'The request names no host.' };
  for (const other of others) {
    const samePort = other.port === undefined || other.port === known.authority.port;
    if (other.host !== first.host || !samePort) return mismatch(`the ${first.source} says ${spelt(first)} but the ${other.source} says ${spelt(other)}`, known);
  }
  return { ok: true, authority: known.authority };
}

function authorityOf(claims: readonly Claim[], scheme: Scheme): { authority?: Authority } {
  const [first] = claims;
  const port = claims.find((claim) => claim.port !== undefined)?.port;
  return first === undefined || port === undefined ? {} : { authority: Object.freeze({ scheme, host: first.host, port }) };
}

function mismatch(what: string, known: { authority?: Authority }): Agreement {
  return { ok: false, reason: 'authority-mismatch', sentence: `The names for this call disagree: ${what}.`, ...known };
}

function spelt(claim: Claim): string {
  return claim.port === undefined ? hostText(claim.host) : endpointText(claim.host, claim.port);
}
