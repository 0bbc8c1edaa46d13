declare const hostName: unique symbol;

/** A host in normal form: lower-case ASCII DNS name, no trailing dot, or an IP literal in its canonical spelling (IPv6 without brackets). Only `core/address` makes one. */
export type HostName = string & { readonly [hostName]: true };

/** `tcp`: bytes that nobody reads. */
export type Scheme = 'https' | 'http' | 'tcp';

/** Where a call goes: the one answer on which synthetic address, SNI, CONNECT target and Host agree (RFC 9110 section 4.3). */
export interface Authority {
  readonly scheme: Scheme;
  readonly host: HostName;
  readonly port: number;
}

/** A block of addresses, `base` masked to `length` bits. */
export interface AddressRange {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly length: number;
  /** Canonical CIDR text, for messages. */
  readonly text: string;
}
