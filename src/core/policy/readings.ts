import type { HttpAction } from '../terms/action.ts';

/** Headers by which many frameworks let a request stand for another method. */
const OVERRIDES = new Set(['x-http-method-override', 'x-http-method', 'x-method-override']);

/**
 * Every call that a server may take a request for: the one that it is, and one for each method that a header asks for
 * (else `POST` with `X-HTTP-Method-Override: DELETE` would pass a rule that denies DELETE).
 */
export function readings(action: HttpAction): readonly HttpAction[] {
  const asked = action.headers.filter(([name]) => OVERRIDES.has(name));
  if (asked.length === 0) return [action];
  const methods = new Set(asked.map(([, value]) => value.trim().toUpperCase()));
  methods.delete(action.method);
  return [action, ...Array.from(methods, (method) => ({ ...action, method }))];
}
