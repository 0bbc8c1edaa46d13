import { Buffer } from 'node:buffer';
import { isIP } from 'node:net';
import { implicit, objectIdentifier, sequence, set, utf8String } from './der.ts';
import { CertificateFault } from './fault.ts';

/** What one certificate speaks for. */
export interface SubjectNames {
  readonly dnsNames: readonly string[];
  /** IPv4 or IPv6 addresses as text, without brackets. */
  readonly ips: readonly string[];
}

/** The upper bound `ub-common-name` (RFC 5280, appendix A.1), in characters. */
const COMMON_NAME_LIMIT = 64;

const COMMON_NAME = objectIdentifier('2.5.4.3');

/** Sorts one host into the kind of name that clients look for: address literals are never matched against DNS names. */
export function namesOf(host: string): SubjectNames {
  return isIP(host) === 0 ? { dnsNames: [host], ips: [] } : { dnsNames: [], ips: [host] };
}

/** A distinguished name of one common name; empty where there is none that fits. */
export function distinguishedName(commonName: string | undefined): Buffer {
  if (!fitsCommonName(commonName)) return sequence();
  return sequence(set(sequence(COMMON_NAME, utf8String(commonName))));
}

/** Whether `distinguishedName` has something to say; if not, the alternative names must be critical (RFC 5280, section 4.2.1.6). */
export function fitsCommonName(name: string | undefined): name is string {
  return name !== undefined && name.length > 0 && name.length <= COMMON_NAME_LIMIT;
}

/**
 * The value of a subjectAltName extension (RFC 5280, section 4.2.1.6).
 *
 * @throws CertificateFault `name-invalid` for a wildcard, which would speak for hosts that nobody judged, and for whatever is no name.
 */
export function alternativeNames(names: SubjectNames): Buffer {
  const entries = [
    ...names.dnsNames.map((name) => implicit(2, dnsName(name))),
    ...names.ips.map((ip) => implicit(7, addressBytes(ip))),
  ];
  if (entries.length === 0) throw new CertificateFault('name-invalid', 'expected at least one name, got none');
  return sequence(...entries);
}

function dnsName(name: string): Buffer {
  const labels = name.split('.');
  const whole = name.length <= 253 && labels.every((label) => /^[a-z0-9_-]{1,63}$/i.test(label));
  if (!whole || isIP(name) !== 0) throw new CertificateFault('name-invalid', `expected a DNS name without wildcards, got ${JSON.stringify(name)}`);
  return Buffer.from(name, 'latin1');
}

function addressBytes(ip: string): Buffer {
  const family = isIP(ip);
  if (family === 4) return Buffer.from(ip.split('.').map(Number));
  if (family === 6 && !ip.includes('%')) return Buffer.from(groups(ip).flatMap((group) => [group >> 8, group & 0xff]));
  throw new CertificateFault('name-invalid', `expected an IP address, got ${JSON.stringify(ip)}`);
}

// `new URL` has the one canonical IPv6 spelling, without a dotted tail; what is left to expand is the double colon.
function groups(ip: string): number[] {
  const canonical = new URL(`http://[${ip}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = hexadecimal(head);
  const after = hexadecimal(tail ?? '');
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function hexadecimal(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
