export type CanonicalPath =
  | { readonly ok: true; readonly path: string; readonly query: string }
  | { readonly ok: false; readonly sentence: string };

/** Origin-form request target (RFC 9112 section 3.2.1) in its one normal form; `query` is without the question mark. */
export function canonicalPath(_raw: string): CanonicalPath {
  return { ok: false, sentence: 'not built' };
}
