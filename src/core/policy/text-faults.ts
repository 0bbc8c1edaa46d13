import { isAddressLiteral } from '../address/host.ts';
import { parseHostPattern } from '../address/pattern.ts';
import { contains, maskedRange, overlaps, parseRange } from '../address/range.ts';
import { parseAddress } from '../address/address.ts';
import { SYNTHETIC_RANGE } from '../terms/fixed-names.ts';
import { parseMemberPath } from '../terms/member-path.ts';
import { quoted } from '../terms/quote.ts';
import { canonicalPath } from './canonical-path.ts';
import { nearest } from './nearest.ts';
import { parsePathPattern } from './paths.ts';
import { urlParts } from './protocols.ts';

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

/** Where an MCP server is. */
export function urlFault(text: string): TextFault | undefined {
  const parts = urlParts(text);
  const expected = 'a URL such as https://mcp.example.com/mcp';
  if (parts === undefined) return { message: `${quoted(text)} is no URL of a server`, expected };
  if (parts.port < 1 || parts.port > 65_535) return { message: `${quoted(text)} has a port that is none`, expected };
  if (parts.host.includes('*')) return { message: `${quoted(text)} has a wildcard, and a server is at one host`, expected };
  const canonical = canonicalPath(parts.path);
  if (!canonical.ok || canonical.path !== parts.path) return { message: `${quoted(text)} has a path that is not in its normal form`, expected };
  return hostFault(parts.host);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** `30/h`: so many in so many seconds; undefined for anything else. */
export function parseRate(text: string): { readonly count: number; readonly seconds: number } | undefined {
  const [, count = '', unit = ''] = /^([1-9]\d{0,8})\/([smhd])$/.exec(text) ?? [];
  const seconds = UNITS[unit];
  return seconds === undefined ? undefined : { count: Number(count), seconds };
}

export function rateFault(text: string): TextFault | undefined {
  return parseRate(text) === undefined ? { message: `${quoted(text)} is no rate`, expected: 'a number and a time such as 30/h, 5/s, 10/m or 100/d' } : undefined;
}

export function timeFault(text: string): TextFault | undefined {
  return /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(text) ? undefined : { message: `${quoted(text)} is no time of day`, expected: 'a time from 00:00 to 23:59, in quotes' };
}

export function zoneFault(text: string): TextFault | undefined {
  try {
    Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions();
    return undefined;
  } catch {
    return { message: `${quoted(text)} is no time zone`, expected: 'a zone such as Europe/Berlin or UTC', nearest: nearest(text, Intl.supportedValuesOf('timeZone')) };
  }
}

export function mediaTypeFault(text: string): TextFault | undefined {
  return /^[a-z0-9][a-z0-9!#$&^_.+-]*\/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]*)$/.test(text) ? undefined : { message: `${quoted(text)} is no media type`, expected: 'a type such as application/json or text/*, in lower case and without parameters' };
}
