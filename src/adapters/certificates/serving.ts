import { caCertificate, type Issuer, issuerOf, pem, publicKeyInfo, serverCertificate } from './certificate.ts';
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
 * @throws CertificateFault `name-invalid`, `pem-invalid`, `key-mismatch`, `authority-foreign`, `authority-expired`.
 */
export async function mintServing({ authority, dnsNames = [], ips = [], now, lifetime }: MintServing): Promise<ServingCertificate> {
  const { issuer, end } = openAuthority(authority);
  if (now >= end) throw new CertificateFault('authority-expired', `expected a CA valid at ${new Date(now).toISOString()}, got one that ended ${new Date(end).toISOString()}`);
  const key = await generatePrivateKey();
  const validity = { notBefore: now - BACKDATED, notAfter: Math.min(now + lifetime, end) };
  const minted = serverCertificate(issuer, { dnsNames, ips }, publicKeyInfo(key), validity);
  return { cert: pem('CERTIFICATE', minted), key: privateKeyPem(key), ca: authority.cert };
}

// A chain holds where the issuer's name and key identifier are the CA's byte for byte. Other tools encode the same name and number
// the same key otherwise, so that only a CA as this room writes them can be signed for.
function openAuthority({ cert, key }: KeptAuthority): { issuer: Issuer; end: number } {
  const certificate = readCertificate(cert);
  const privateKey = readPrivateKey(key);
  if (!certificate.checkPrivateKey(privateKey)) throw new CertificateFault('key-mismatch', 'expected the private key of the CA certificate, got another');
  const [, commonName = ''] = /^CN=(.{1,64})$/.exec(certificate.subject) ?? [];
  const issuer = issuerOf(commonName, privateKey);
  const ours = privateKey.asymmetricKeyDetails?.namedCurve === 'prime256v1' && [issuer.name, issuer.keyIdentifier].every((part) => certificate.raw.includes(part));
  if (!ours) throw new CertificateFault('authority-foreign', `expected a CA that Sallyport made, got ${JSON.stringify(certificate.subject)}; without ca.key beside it, its certificates are used and not renewed`);
  return { issuer, end: certificate.validToDate.getTime() };
}
