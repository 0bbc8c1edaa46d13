import { canonicalPath } from '../../core/policy/canonical-path.ts';
import type { Action, Headers, MalformedAction } from '../../core/terms/action.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { RequestHead } from '../../core/traffic/http1/message.ts';
import type { Target } from '../../core/traffic/http1/target.ts';
import { absoluteAuthority, type Agreement, type Arrival, type AuthorityCheck } from './authority-check.ts';

/**
 * What a request asks for, in its one normal form, or why that cannot be said.
 *
 * `check` knows what the connection is for; absent on the explicit listener, where the request target has to say it.
 */
export function readAction(head: RequestHead, check: AuthorityCheck | undefined): Action {
  const { method, form } = head;
  if (form.form === 'authority') return { kind: 'malformed', reason: 'request-malformed', sentence: 'CONNECT inside a tunnel leads nowhere.', method };
  if (form.form === 'asterisk') return { kind: 'malformed', reason: 'request-malformed', sentence: 'OPTIONS * names no path that a rule could judge.', method };

  const agreement = authorityOf(form, head.headers, check);
  if (!agreement.ok) return { kind: 'malformed', method, ...withoutOk(agreement) };
  const { authority } = agreement;
  const canonical = canonicalPath(form.path);
  if (!canonical.ok) return { kind: 'malformed', reason: 'path-ambiguous', sentence: canonical.sentence, authority, method };
  const { path, query } = canonical;
  if (head.upgrade !== undefined) return { kind: 'malformed', reason: 'upgrade-refused', sentence: 'The request asks to change the protocol, which is not let through.', authority, method, path };
  return { kind: 'http', authority, method, path, query, headers: head.headers };
}

function authorityOf(target: Extract<Target, { form: 'origin' | 'absolute' }>, headers: Headers, check: AuthorityCheck | undefined): Agreement {
  const host = headers.find(([name]) => name === 'host')?.[1];
  if (check !== undefined) return check.agree(target, host);
  if (target.form === 'absolute') return absoluteAuthority(target, host);
  return { ok: false, reason: 'self-connect', sentence: 'This address is a proxy, not a server: ask it in absolute form (GET http://HOST/PATH) or by CONNECT.' };
}

function withoutOk({ reason, sentence, authority }: Extract<Agreement, { ok: false }>): Pick<MalformedAction, 'reason' | 'sentence' | 'authority'> {
  return { reason, sentence, ...(authority && { authority }) };
}

/** What is refused for another reason than the rules', with as much as is known of it. */
export function malformed({ authority, method, path }: Action, reason: ReasonCode, sentence: string): MalformedAction {
  return { kind: 'malformed', reason, sentence, ...(authority && { authority }), ...(method !== undefined && { method }), ...(path !== undefined && { path }) };
}

/** A request that could not be read; what is known of it stands in its action. */
export const UNREAD: RequestHead = {
  method: 'GET', target: '/', form: { form: 'origin', path: '/' }, version: '1.1', headers: [], framing: { kind: 'none' }, keepAlive: false, expectContinue: false,
};

/** What is known of such a request: where the connection leads, if that says a port. */
export function unreadAction(arrival: Arrival | undefined, reason: ReasonCode, sentence: string): MalformedAction {
  const [claim] = arrival?.claims ?? [];
  const authority = arrival && claim?.port !== undefined ? { scheme: arrival.scheme, host: claim.host, port: claim.port } : undefined;
  return { kind: 'malformed', reason, sentence, ...(authority && { authority }) };
}
