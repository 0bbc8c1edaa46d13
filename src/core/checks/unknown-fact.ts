import type { Finding } from './check.ts';

/** What a check finds that has to know of another object and cannot: `what` is what its reason begins with, such as `network-policy`. */
export function unknownFact(what: string, field: string, sentence: string): Finding {
  return { reason: `${what}-unknown`, field, message: sentence.replace(/\.$/, ''), fix: 'try again once it is known', unknown: true };
}
