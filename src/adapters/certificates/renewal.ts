import type { X509Certificate } from 'node:crypto';
import { CertificateFault } from './fault.ts';
import { DAY } from './lifetimes.ts';
import type { SubjectNames } from './names.ts';
import { endOfCertificate, readCertificate, readPrivateKey, splitPem } from './read.ts';
import { type KeptAuthority, mintAuthority, mintServing } from './serving.ts';
import type { StoredCertificate } from './stored.ts';

/** In milliseconds. */
export interface Lifetimes {
  readonly authority: number;
  readonly serving: number;
}

export const SERVING_LIFETIMES: Lifetimes = { authority: 3650 * DAY, serving: 90 * DAY };

export interface RenewalSettings extends SubjectNames {
  /** Of the CA. */
  readonly commonName: string;
  readonly lifetimes: Lifetimes;
}

/**
 * What has to be stored at `now`: `stored` itself as long as nothing is due, or where it is not ours to renew.
 *
 * 1. CAs that ended, or cannot be read, are dropped.
 * 2. When the newest has less than two server certificates' lives left, a new CA goes in front of it: clients learn to trust
 *    it long before anything is signed with it.
 * 3. A server certificate with less than a third of such a life left, of none of these CAs, or without one of the names is made anew,
 *    by the oldest CA that outlives it.
 */
export async function renewStored(stored: StoredCertificate | undefined, settings: RenewalSettings, now: number): Promise<StoredCertificate> {
  if (stored !== undefined && stored['ca.key'] === undefined) return stored;
  const authorities = await withSuccessor(authoritiesOf(stored, now), settings, now);
  const serving = servingOf(stored, authorities, settings, now) ?? await mintBy(authorities, settings, now);
  const due = { ...serving, 'ca.crt': join(authorities, 'cert'), 'ca.key': join(authorities, 'key') };
  return stored !== undefined && same(stored, due) ? stored : due;
}

type Serving = Pick<StoredCertificate, 'tls.crt' | 'tls.key'>;

/** The newest first, and never none. */
type Authorities = readonly [KeptAuthority, ...KeptAuthority[]];

function authoritiesOf(stored: StoredCertificate | undefined, now: number): KeptAuthority[] {
  if (stored === undefined) return [];
  const keys = splitPem(stored['ca.key'] ?? '');
  const pairs = splitPem(stored['ca.crt']).map((cert, index) => ({ cert, key: keys[index] ?? '' }));
  return pairs.filter((pair) => legible(() => isPair(pair) && endOfCertificate(pair.cert) > now));
}

async function withSuccessor(kept: readonly KeptAuthority[], { commonName, lifetimes }: RenewalSettings, now: number): Promise<Authorities> {
  const [newest, ...older] = kept;
  if (newest !== undefined && endOfCertificate(newest.cert) - now >= 2 * lifetimes.serving) return [newest, ...older];
  return [await mintAuthority({ commonName, now, lifetime: lifetimes.authority }), ...kept];
}

function servingOf(stored: StoredCertificate | undefined, authorities: Authorities, { lifetimes, ...names }: RenewalSettings, now: number): Serving | undefined {
  if (stored === undefined) return undefined;
  const serving = { 'tls.crt': stored['tls.crt'], 'tls.key': stored['tls.key'] };
  const good = legible(() => {
    const certificate = readCertificate(serving['tls.crt']);
    return isPair({ cert: serving['tls.crt'], key: serving['tls.key'] })
      && !isDue(certificate, lifetimes.serving, now)
      && speaksFor(certificate, names)
      && authorities.some((authority) => certificate.verify(readCertificate(authority.cert).publicKey));
  });
  return good ? serving : undefined;
}

async function mintBy(authorities: Authorities, { dnsNames, ips, lifetimes }: RenewalSettings, now: number): Promise<Serving> {
  const outliving = authorities.filter((authority) => endOfCertificate(authority.cert) >= now + lifetimes.serving);
  const authority = outliving.at(-1) ?? authorities[0];
  const minted = await mintServing({ authority, dnsNames, ips, now, lifetime: lifetimes.serving });
  return { 'tls.crt': minted.cert, 'tls.key': minted.key };
}

function isDue(certificate: X509Certificate, lifetime: number, now: number): boolean {
  return certificate.validToDate.getTime() - now < lifetime / 3;
}

function speaksFor(certificate: X509Certificate, { dnsNames, ips }: SubjectNames): boolean {
  return dnsNames.every((name) => certificate.checkHost(name) !== undefined) && ips.every((ip) => certificate.checkIP(ip) !== undefined);
}

function isPair({ cert, key }: KeptAuthority): boolean {
  return readCertificate(cert).checkPrivateKey(readPrivateKey(key));
}

// What is stored may have been cut or edited by anybody; what cannot be read is made anew.
function legible(holds: () => boolean): boolean {
  try {
    return holds();
  } catch (fault) {
    if (!(fault instanceof CertificateFault)) throw fault;
    return false;
  }
}

function join(authorities: Authorities, part: keyof KeptAuthority): string {
  return authorities.map((authority) => authority[part]).join('');
}

function same(left: StoredCertificate, right: StoredCertificate): boolean {
  return left['tls.crt'] === right['tls.crt'] && left['tls.key'] === right['tls.key'] && left['ca.crt'] === right['ca.crt'] && left['ca.key'] === right['ca.key'];
}
