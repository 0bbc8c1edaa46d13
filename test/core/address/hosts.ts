import * as fc from 'fast-check';
import { parseHost } from '../../../src/core/address/host.ts';
import type { HostName } from '../../../src/core/terms/authority.ts';

/** The normal form of a host that must be well written. */
export function host(text: string): HostName {
  const parsed = parseHost(text);
  if (!parsed.ok) throw new Error(parsed.sentence);
  return parsed.host;
}

/** Names in normal form, of one to four labels, none of them a number. */
export function hostNames(): fc.Arbitrary<HostName> {
  const label = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,6}[a-z0-9])?$/);
  return fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => host(labels.join('.')));
}
