import { z } from 'zod';
import { parseHostPattern } from '../../address/pattern.ts';
import { publicSuffixFault } from '../../address/public-suffix.ts';
import { hostFault, literalFault, pathFault, rangeFault, type TextFault } from '../text-faults.ts';
import { checked, issueOf, list, port } from './fields.ts';

const host = checked(
  'A host name, or `*.` before a domain: one whole label below it, the domain itself not included.',
  300,
  (text) => hostFault(text) ?? strangersFault(text),
);

const addressRange = checked('A range of addresses (CIDR), or one address.', 60, rangeFault);

export const path = checked('A path: `*` is one segment, `**` any number of segments; everything else stands for itself.', 2_000, pathFault);

export const hosts = list(host, 1_000, 'Hosts that are this tool. The most specific pattern that matches decides; an empty list matches nothing.');
export const ports = list(port('A TCP port.'), 100, 'Ports that may be called; absent: 443, or 80 where `tls` is `off`.').optional();
export const addresses = list(addressRange, 1_000, 'Addresses that are not public and that the hosts may nevertheless resolve to, such as `10.0.0.0/8`.').optional();

export const httpTool = z.strictObject({
  hosts,
  ports,
  addresses,
  tls: z.enum(['intercept', 'off', 'tunnel']).default('intercept').meta({
    description: '`intercept`: HTTPS only, which the proxy opens to judge it. `off`: plain HTTP only. `tunnel`: TLS that is not opened, of which only host and port are judged; not carried yet, so its calls are refused.',
  }),
  http2: z.boolean().meta({ description: 'Whether the upstream may be called by HTTP/2. Default: `false`.' }).optional(),
  websocket: z.boolean().meta({ description: 'Whether calls may change to WebSocket. Default: `false`. WebSocket is not carried yet: such calls are refused.' }).optional(),
}).superRefine(literalsCovered).meta({ description: 'An HTTP service.' });

function strangersFault(text: string): TextFault | undefined {
  const parsed = parseHostPattern(text);
  const message = parsed.ok ? publicSuffixFault(parsed.pattern) : undefined;
  return message === undefined ? undefined : { message, expected: 'a host name, or *. before a registered domain' };
}

/** `at`: where the one host stands that is not in a list. */
export function literalsCovered({ hosts: listed, addresses: ranges = [] }: { hosts: string[]; addresses?: string[] | undefined }, context: z.RefinementCtx, at?: readonly string[]): void {
  for (const [index, text] of listed.entries()) {
    const fault = literalFault(text, ranges);
    if (fault !== undefined) context.addIssue({ ...issueOf(fault), path: at === undefined ? ['hosts', index] : [...at] });
  }
}
