import { CertificateFault } from './fault.ts';
import { readCertificate, readPrivateKey } from './read.ts';
import type { ServingCertificate } from './serving.ts';

/**
 * A server's certificate and the CAs behind it, as PEM under the names that Secrets and folders use.
 *
 * `ca.crt` and `ca.key` hold the CAs in the same order, the newest first. `ca.key` is absent where somebody else (cert-manager,
 * a person) makes the certificates: those are used as they are and never renewed here.
 */
export interface StoredCertificate {
  readonly 'tls.crt': string;
  readonly 'tls.key': string;
  readonly 'ca.crt': string;
  readonly 'ca.key'?: string;
}

/** Collects the parts from wherever they lie; undefined where there is no server certificate yet. */
export function collectStored(read: (name: keyof StoredCertificate) => string | undefined): StoredCertificate | undefined {
  const cert = read('tls.crt');
  const key = read('tls.key');
  const caKey = read('ca.key');
  if (cert === undefined || key === undefined) return undefined;
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': read('ca.crt') ?? '', ...(caKey === undefined ? {} : { 'ca.key': caKey }) };
}

/**
 * What a server and its clients need of it.
 *
 * @throws CertificateFault `pem-invalid`, `key-mismatch`: a server that took it would fail every handshake.
 */
export function servingCertificate(stored: StoredCertificate): ServingCertificate {
  const certificate = readCertificate(stored['tls.crt']);
  if (!certificate.checkPrivateKey(readPrivateKey(stored['tls.key']))) {
    throw new CertificateFault('key-mismatch', 'expected tls.key to be the private key of tls.crt, got another');
  }
  return { cert: stored['tls.crt'], key: stored['tls.key'], ca: stored['ca.crt'] };
}
