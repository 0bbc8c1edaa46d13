import { hash } from 'node:crypto';
import type { HostName } from '../../core/terms/authority.ts';
import { SYNTHETIC_RANGE } from '../../core/terms/fixed-names.ts';

/** Which synthetic address (198.18.0.0/15) stands for which name. */
export interface SyntheticNames {
  /** The address that stands for the name from now on. */
  addressOf(host: HostName): string;
  /** The name that an address stands for; undefined where it was never given out, or was given up. */
  nameOf(address: string): HostName | undefined;
  readonly size: number;
}

/** The first and last 256 addresses of the range are never given out, as some programs take them for networks. */
const BASE = Number(SYNTHETIC_RANGE.base);
const SPAN = 2 ** (32 - SYNTHETIC_RANGE.length);
const MARGIN = 256;

/** How many addresses a name may get, in order of preference: as many as its digest yields. */
const CHOICES = 8;

/**
 * An empty table. `capacity` bounds the names kept; the one unused for longest goes first.
 *
 * An address follows from the name's digest, so that after a restart an agent's cached answer means the same name again,
 * or none. Names made to collide only push out each other: what they then mean no longer agrees with what is asked of them.
 */
export function createSyntheticNames(capacity = 16_384): SyntheticNames {
  const addresses = new Map<HostName, string>();
  const names = new Map<string, HostName>();

  const touch = (host: HostName, address: string): void => {
    // A Map iterates in the order of insertion: the entry moves to the young end.
    addresses.delete(host);
    addresses.set(host, address);
  };

  const forget = (host: HostName): void => {
    names.delete(addresses.get(host) ?? '');
    addresses.delete(host);
  };

  const assign = (host: HostName): string => {
    const [oldest] = addresses.size >= capacity ? addresses.keys() : [];
    if (oldest !== undefined) forget(oldest);
    const choices = choicesFor(host);
    const address = choices.find((choice) => !names.has(choice)) ?? choices[0] ?? '';
    const displaced = names.get(address);
    if (displaced !== undefined) forget(displaced);
    names.set(address, host);
    return address;
  };

  return {
    addressOf(host) {
      const address = addresses.get(host) ?? assign(host);
      touch(host, address);
      return address;
    },
    nameOf(address) {
      const host = names.get(address);
      if (host !== undefined) touch(host, address);
      return host;
    },
    get size() {
      return addresses.size;
    },
  };
}

function choicesFor(host: HostName): string[] {
  const digest = hash('sha256', host, 'buffer');
  return Array.from({ length: CHOICES }, (_, index) => {
    const offset = MARGIN + (digest.readUInt32BE(4 * index) % (SPAN - 2 * MARGIN));
    return dotted(BASE + offset);
  });
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}
