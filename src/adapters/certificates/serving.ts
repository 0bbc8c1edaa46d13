import type { KeyObject, X509Certificate } from 'node:crypto';
import { caCertificate, issuerOf, pem, publicKeyInfo, serverCertificate } from './certificate.ts';
import { CertificateFault } from './fault.ts';
import { generatePrivateKey, privateKeyPem } from './key-pair.ts';
import { BACKDATED } from './lifetimes.ts';
import type { SubjectNames } from './names.ts';
import { readCertificate, readPrivateKey } from './read.ts';

/** A CA that outlives the process: what a Secret or a folder holds of it, as PEM. */
export interface KeptAuthority {
  readonly cert: string;
  readonly key: string;
}

/** What a TLS server needs and what its clients have to trust, as PEM. */
export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
  /** One or more certificates: during a change of CA both, the old and the new. */
  readonly ca: string;
}

export interface MintAuthority {
  readonly commonName: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds. */
  readonly lifetime: number;
}

export interface MintServing extends Partial<SubjectNames> {
  readonly authority: KeptAuthority;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds; cut at the authority's own end. */
  readonly lifetime: number;
}

/** A new CA with a key that may be stored. */
export async function mintAuthority({ commonName, now, lifetime }: MintAuthority): Promise<KeptAuthority> {
  const key = await generatePrivateKey();
  const certificate = caCertificate(commonName, key, { notBefore: now - BACKDATED, notAfter: now + lifetime });
  return { cert: pem('CERTIFICATE', certificate), key: privateKeyPem(key) };
}

/**
 * A new server certificate with a new key, signed by a kept authority.
 *
 * @throws CertificateFault `name-invalid`, `pem-invalid`, `key-mismatch`, `authority-expired`.
 */
export async function mintServing({ authority, dnsNames = [], ips = [], now, lifetime }: MintServing): Promise<ServingCertificate> {
  const { certificate, privateKey } = open(authority);
  const end = certificate.validToDate.getTime();
  if (now >= end) throw new CertificateFault('authority-expired', `expected a CA valid at ${new Date(now).toISOString()}, got one that ended ${certificate.validTo}`);
  const key = await generatePrivateKey();
  const issuer = issuerOf(commonNameOf(certificate), privateKey);
  const validity = { notBefore: now - BACKDATED, notAfter: Math.min(now + lifetime, end) };
  const minted = serverCertificate(issuer, { dnsNames, ips }, publicKeyInfo(key), validity);
  return { cert: pem('CERTIFICATE', minted), key: privateKeyPem(key), ca: authority.cert };
}

function open(authority: KeptAuthority): { certificate: X509Certificate; privateKey: KeyObject } {
  const certificate = readCertificate(authority.cert);
  const privateKey = readPrivateKey(authority.key);
  if (!certificate.checkPrivateKey(privateKey)) throw new CertificateFault('key-mismatch', 'expected the private key of the CA certificate, got another');
  return { certificate, privateKey };
}

// Our own CAs have a subject of one common name, which X509Certificate prints as `CN=...`.
function commonNameOf(certificate: X509Certificate): string {
  const [, name] = /^CN=(.{1,64})$/.exec(certificate.subject) ?? [];
  if (name === undefined) throw new CertificateFault('pem-invalid', `expected a CA whose subject is one common name, got ${JSON.stringify(certificate.subject)}`);
  return name;
}
