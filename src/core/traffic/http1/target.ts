import type { Scheme } from '../../terms/authority.ts';
import { AUTHORITY, consistsOf, strayIn, TARGET } from './characters.ts';
import { ProtocolFault } from './fault.ts';

/**
 * The four forms of a request target (RFC 9112 section 3.2).
 *
 * `authority` is spelt as received, `HOST` or `HOST:PORT`, of harmless characters only: `core/address` gives it its normal form.
 * `path` begins with `/` and includes the query, spelt as received: `core/policy` canonicalises it.
 */
export type Target =
  | { readonly form: 'origin'; readonly path: string }
  | { readonly form: 'absolute'; readonly scheme: Scheme; readonly authority: string; readonly path: string }
  | { readonly form: 'authority'; readonly authority: string }
  | { readonly form: 'asterisk' };

/** Throws `ProtocolFault` `target-malformed` unless the target has the form that its method calls for. */
export function readTarget(method: string, target: string): Target {
  if (!consistsOf(TARGET, target) || target === '') throw malformed('visible ASCII without "#"', strayIn(TARGET, target) ?? 'none');
  if (method === 'CONNECT') return authorityForm(target);
  if (target.startsWith('/')) return { form: 'origin', path: target };
  if (target === '*' && method === 'OPTIONS') return { form: 'asterisk' };
  return absoluteForm(method, target);
}

function authorityForm(target: string): Target {
  if (!consistsOf(AUTHORITY, target) || !/:[0-9]+$/.test(target)) throw malformed('HOST:PORT', strayIn(AUTHORITY, target) ?? 'one without a port');
  return { form: 'authority', authority: target };
}

function absoluteForm(method: string, target: string): Target {
  const scheme = /^(https?):\/\//i.exec(target)?.[1];
  if (scheme === undefined) throw malformed(method === 'OPTIONS' ? '/PATH, * or http://HOST/PATH' : '/PATH or http://HOST/PATH', 'another form');
  const start = scheme.length + 3;
  const length = target.slice(start).search(/[/?]/);
  const authority = length === -1 ? target.slice(start) : target.slice(start, start + length);
  if (authority === '' || !consistsOf(AUTHORITY, authority)) throw malformed('http://HOST[:PORT]/PATH without user information', strayIn(AUTHORITY, authority) ?? 'one without a host');
  const rest = target.slice(start + authority.length);
  // RFC 9112 section 3.2.4 would make this `*`, which is about the server and not about any path that a rule could name.
  if (method === 'OPTIONS' && rest === '') throw malformed('a path, at least "/",', 'none');
  return { form: 'absolute', scheme: scheme.toLowerCase() === 'https' ? 'https' : 'http', authority, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** Never with the target itself: queries and user information hold credentials, and the sentence goes to the record. */
function malformed(expected: string, got: string): ProtocolFault {
  return new ProtocolFault('target-malformed', `expected ${expected} as the request target, got ${got}`);
}
