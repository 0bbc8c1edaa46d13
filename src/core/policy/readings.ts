import type { Headers, HttpAction } from '../terms/action.ts';
import { METHODS } from './methods.ts';

export type Readings =
  | { readonly ok: true; readonly actions: readonly HttpAction[] }
  | { readonly ok: false; readonly sentence: string; readonly hint: string };

/** Headers by which many frameworks let a request stand for another method. CGI and its heirs (WSGI, Rack, PHP) take `_` for `-`. */
const OVERRIDE = /^x[-_](?:http[-_]method(?:[-_]override)?|method[-_]override)$/;

const KNOWN: ReadonlySet<string> = new Set(METHODS);

/**
 * Every call that a server may take a request for: the one that it is, and the one by the method that a header asks for
 * (else `POST` with `X-HTTP-Method-Override: DELETE` would pass a rule that denies DELETE).
 *
 * Not ok where servers would disagree about that method: the headers name several (`DELETE, GET`, or one each), or something that is none.
 */
export function readings(action: HttpAction): Readings {
  if (!action.headers.some(asks)) return { ok: true, actions: [action] };
  const [first, ...others] = action.headers.filter(asks);
  if (first === undefined) return { ok: true, actions: [action] };
  const method = wanted(first[1]);
  if (!KNOWN.has(method)) return unclear(`${first[0]} asks for what is not one registered method`);
  const other = others.find(([, value]) => wanted(value) !== method);
  if (other !== undefined) return unclear(`${first[0]} asks for the method ${method} and ${other[0]} for ${KNOWN.has(wanted(other[1])) ? wanted(other[1]) : 'something else'}`);
  return { ok: true, actions: method === action.method ? [action] : [action, { ...action, method }] };
}

/** Few names begin like that, which is told at once. */
const asks = ([name]: Headers[number]): boolean => name.startsWith('x') && OVERRIDE.test(name);

/** Frameworks that heed the header compare it without regard to case. */
const wanted = (value: string): string => value.trim().toUpperCase();

/** `what` never quotes a value that is no method: it may be a secret, and the sentence goes to the record. */
const unclear = (what: string): Readings =>
  ({ ok: false, sentence: `The request can be read in several ways: ${what}.`, hint: 'Send the method itself, or one header that asks for one other method.' });
