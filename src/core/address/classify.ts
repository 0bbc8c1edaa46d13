import type { AddressRange } from '../terms/authority.ts';
import { SYNTHETIC_RANGE } from '../terms/fixed-names.ts';
import { embeddedAddresses } from './embedded.ts';
import { contains, parseRange } from './range.ts';
import type { Address } from './address.ts';

export type AddressClass =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'documentation'
  | 'synthetic'
  | 'reserved';

/** Where clouds hand out credentials: AWS (also tasks and pods), Azure, Google, Oracle, Alibaba, OpenStack. First, because they lie in wider blocks. */
const METADATA = [
  '169.254.169.254', '169.254.170.2', '169.254.170.23', '168.63.129.16', '192.0.0.192', '100.100.100.200',
  'fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', 'fe80::a9fe:a9fe',
];

/** The IANA special-purpose address registries (RFC 6890 and its updates), the first match counts. */
const BLOCKS: readonly (readonly [AddressClass, readonly string[]])[] = [
  ['metadata', METADATA],
  ['unspecified', ['0.0.0.0/8', '::/128']],
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10']],
  ['shared', ['100.64.0.0/10']],
  ['link-local', ['169.254.0.0/16', 'fe80::/10']],
  ['multicast', ['224.0.0.0/4', 'ff00::/8']],
  ['documentation', ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24', '2001:db8::/32', '3fff::/20']],
  ['synthetic', [SYNTHETIC_RANGE.text]],
  ['reserved', ['192.0.0.0/24', '192.88.99.0/24', '240.0.0.0/4', '2001::/23', '2002::/16']],
  ['public', ['0.0.0.0/0', '2000::/3', '64:ff9b::/96']],
];

const TABLE: readonly (readonly [AddressClass, AddressRange])[] = BLOCKS.flatMap(([name, texts]) =>
  texts.flatMap((text) => {
    const range = parseRange(text);
    return range === undefined ? [] : [[name, range] as const];
  }));

/** What an address is, the worst reading counting: an embedded IPv4 address that is not public decides before the address around it. */
export function classifyAddress(address: Address): AddressClass {
  for (const inner of embeddedAddresses(address)) {
    const found = outerClass(inner);
    if (found !== 'public') return found;
  }
  return outerClass(address);
}

/** The class of the address as it stands. IPv6 outside the blocks above has been given to nobody (RFC 4291 section 2.4). */
export function outerClass(address: Address): AddressClass {
  return TABLE.find(([, range]) => contains(range, address))?.[0] ?? 'reserved';
}
