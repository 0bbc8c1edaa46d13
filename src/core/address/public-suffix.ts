import { getPublicSuffix } from 'tldts';
import { wildcardTooWide, type HostPattern } from './pattern.ts';

/**
 * What is wrong with a wildcard below a public suffix (`*.com`, `*.github.io`; publicsuffix.org, private section included): it would
 * list strangers. Apart from `parseHostPattern` because the list of suffixes takes some 10 MB: whoever reads policies asks,
 * whoever only obeys them need not.
 */
export function publicSuffixFault({ kind, host, text }: HostPattern): string | undefined {
  if (kind === 'exact' || getPublicSuffix(host, { allowPrivateDomains: true, extractHostname: false, validateHostname: false }) !== host) return undefined;
  return wildcardTooWide(text, host);
}
