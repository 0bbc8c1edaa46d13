import { z } from 'zod';
import { parseHostPattern } from '../../address/pattern.ts';
import { publicSuffixFault } from '../../address/public-suffix.ts';
import { METHODS } from '../methods.ts';
import { hostFault, literalFault, pathFault, rangeFault, type TextFault } from '../text-faults.ts';
import { checked, issueOf, list, port } from './fields.ts';

const host = checked(
  'A host name, or `*.` before a domain: one whole label below it, the domain itself not included.',
  300,
  (text) => hostFault(text) ?? strangersFault(text),
);

const addressRange = checked('A range of addresses (CIDR), or one address.', 60, rangeFault);

const path = checked('A path: `*` is one segment, `**` any number of segments; everything else stands for itself.', 2_000, pathFault);

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

function strangersFault(text: string): TextFault | undefined {
  const parsed = parseHostPattern(text);
  const message = parsed.ok ? publicSuffixFault(parsed.pattern) : undefined;
  return message === undefined ? undefined : { message, expected: 'a host name, or *. before a registered domain' };
}

function literalsCovered({ hosts, addresses = [] }: { hosts: string[]; addresses?: string[] | undefined }, context: z.RefinementCtx): void {
  for (const [index, text] of hosts.entries()) {
    const fault = literalFault(text, addresses);
    if (fault !== undefined) context.addIssue({ ...issueOf(fault), path: ['hosts', index] });
  }
}
