import { isAddressLiteral } from '../address/host.ts';
import { parseHostPattern } from '../address/pattern.ts';
import { contains, maskedRange, overlaps, parseRange } from '../address/range.ts';
import { parseAddress } from '../address/address.ts';
import { SYNTHETIC_RANGE } from '../terms/fixed-names.ts';
import { parseMemberPath } from '../terms/member-path.ts';
import { quoted } from '../terms/quote.ts';
import { parsePathPattern } from './paths.ts';

/** What is wrong with one text of a policy, and how to write it. */
export interface TextFault {
  readonly message: string;
  readonly expected?: string;
  readonly nearest?: string | undefined;
}

export function hostFault(text: string): TextFault | undefined {
  const parsed = parseHostPattern(text);
  return parsed.ok ? undefined : { message: parsed.sentence, expected: 'a host name, or *. before a registered domain', nearest: parsed.nearest };
}

export function pathFault(text: string): TextFault | undefined {
  const parsed = parsePathPattern(text);
  return parsed.ok ? undefined : { message: parsed.sentence, expected: 'a path in which * or ** are whole segments', nearest: parsed.nearest };
}

export function rangeFault(text: string): TextFault | undefined {
  const range = parseRange(text);
  if (range === undefined) {
    const masked = maskedRange(text);
    const why = masked === undefined ? '' : `: it has bits set beyond /${masked.length}`;
    return { message: `${quoted(text)} is no range of addresses${why}`, expected: 'a range such as 10.0.0.0/8', nearest: masked?.text };
  }
  if (overlaps(range, SYNTHETIC_RANGE)) return { message: `${text} reaches into ${SYNTHETIC_RANGE.text}, which the proxy uses itself and never dials` };
  return undefined;
}

export function memberPathFault(text: string): TextFault | undefined {
  if (parseMemberPath(text) !== undefined) return undefined;
  const nearest = ['$', '$.'].map((root) => `${root}${text}`).find((path) => parseMemberPath(path) !== undefined);
  return { message: `${quoted(text)} is no member path`, expected: 'a path such as $.token, $..token or $.items[*].secret', nearest };
}

/** An address among the hosts was named by nobody's DNS, so it has to be listed as an address too (threat: literals as a way around names). */
export function literalFault(text: string, addresses: readonly string[]): TextFault | undefined {
  const parsed = parseHostPattern(text);
  if (!parsed.ok || !isAddressLiteral(parsed.pattern.host)) return undefined;
  const address = parseAddress(parsed.pattern.host);
  const covered = address !== undefined && addresses.some((each) => {
    const range = parseRange(each);
    return range !== undefined && contains(range, address);
  });
  return covered ? undefined : { message: `${text} is an address, and no range in addresses contains it`, expected: `${text} in addresses as well` };
}
