import { z } from 'zod';
import { isAddressLiteral } from '../../address/host.ts';
import { parseHostPattern } from '../../address/pattern.ts';
import { maskedRange, overlaps, parseRange } from '../../address/range.ts';
import type { AddressRange } from '../../terms/authority.ts';
import { parsePathPattern } from '../paths.ts';
import { checked, list, port, type TextFault } from './fields.ts';

/** The IANA registry of HTTP methods but CONNECT and TRACE, which no tool needs and which are never forwarded. */
export const METHODS = [
  'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'QUERY',
  'ACL', 'BASELINE-CONTROL', 'BIND', 'CHECKIN', 'CHECKOUT', 'COPY', 'LABEL', 'LINK', 'LOCK', 'MERGE', 'MKACTIVITY',
  'MKCALENDAR', 'MKCOL', 'MKREDIRECTREF', 'MKWORKSPACE', 'MOVE', 'ORDERPATCH', 'PROPFIND', 'PROPPATCH', 'REBIND',
  'REPORT', 'SEARCH', 'UNBIND', 'UNCHECKOUT', 'UNLINK', 'UNLOCK', 'UPDATE', 'UPDATEREDIRECTREF', 'VERSION-CONTROL',
] as const;

const host = checked(
  'A host name, or `*.` before a domain: one whole label below it, the domain itself not included.',
  300,
  (text) => {
    const parsed = parseHostPattern(text);
    return parsed.ok ? undefined : { message: parsed.sentence, expected: 'a host name, or *. before a registered domain', nearest: parsed.nearest };
  },
);

const addressRange = checked('A range of addresses (CIDR), or one address.', 60, rangeFault);

const path = checked(
  'A path: `*` is one segment, `**` any number of segments; everything else stands for itself.',
  2_000,
  (text) => {
    const parsed = parsePathPattern(text);
    return parsed.ok ? undefined : { message: parsed.sentence, expected: 'a path in which * or ** are whole segments', nearest: parsed.nearest };
  },
);

export const httpTool = z.strictObject({
  hosts: list(host, 1_000, 'Hosts that are this tool. The most specific pattern that matches decides; an empty list matches nothing.'),
  ports: list(port('A TCP port.'), 100, 'Ports that may be called; absent: 443, or 80 where `tls` is `off`.').optional(),
  addresses: list(addressRange, 1_000, 'Addresses that are not public and that the hosts may nevertheless resolve to, such as `10.0.0.0/8`.').optional(),
  tls: z.enum(['intercept', 'off']).default('intercept').meta({ description: '`intercept`: HTTPS only, which the proxy opens to judge it. `off`: plain HTTP only.' }),
}).superRefine(literalsCovered).meta({ description: 'An HTTP service.' });

const MATCHERS = ['methods', 'paths'] as const;

/** Never empty: a matcher without a word in it would be read as "everything" by some and "nothing" by others. */
export const httpMatch = z.strictObject({
  methods: list(z.enum(METHODS), 100, 'Methods; absent: any; an empty list matches none.').optional(),
  paths: list(path, 1_000, 'Paths; absent: any; an empty list matches none.').optional(),
}).refine(({ methods, paths }) => methods !== undefined || paths !== undefined, {
  message: 'matches on nothing',
  params: { needs: MATCHERS, expected: 'methods, paths, or both' },
}).meta({ anyOf: MATCHERS.map((matcher) => ({ required: [matcher] })) });

function rangeFault(text: string): TextFault | undefined {
  const range = parseRange(text);
  if (range === undefined) return { message: `${JSON.stringify(text)} is no range of addresses`, expected: 'a range such as 10.0.0.0/8', nearest: maskedRange(text)?.text };
  if (overlaps(range, SYNTHETIC)) return { message: `${text} reaches into 198.18.0.0/15, which the proxy uses itself and never dials` };
  return undefined;
}

const SYNTHETIC: AddressRange = { family: 4, base: 0xc612_0000n, length: 15, text: '198.18.0.0/15' };

/** An address among the hosts was named by nobody's DNS, so it has to be listed as an address too (threat: literals as a way around names). */
function literalsCovered(tool: { hosts: string[]; addresses?: string[] | undefined }, context: z.RefinementCtx): void {
  for (const [index, text] of tool.hosts.entries()) {
    const parsed = parseHostPattern(text);
    if (!parsed.ok || !isAddressLiteral(parsed.pattern.host) || coveredBy(tool.addresses ?? [], parsed.pattern.host)) continue;
    context.addIssue({
      code: 'custom',
      path: ['hosts', index],
      message: `${text} is an address, and no range in addresses contains it`,
      params: { expected: `${text} in addresses as well` },
    });
  }
}

function coveredBy(ranges: readonly string[], text: string): boolean {
  const wanted = parseRange(text);
  return wanted !== undefined && ranges.some((each) => {
    const range = parseRange(each);
    return range !== undefined && range.length <= wanted.length && overlaps(range, wanted);
  });
}
