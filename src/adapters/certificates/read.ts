import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { CertificateFault } from './fault.ts';

/**
 * The first certificate in a PEM text.
 *
 * @throws CertificateFault `pem-invalid`.
 */
export function readCertificate(text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new CertificateFault('pem-invalid', 'expected a PEM certificate, got something else', { cause });
  }
}

/** When the first certificate in a PEM text ends, in milliseconds since the epoch. Throws as `readCertificate` does. */
export function endOfCertificate(text: string): number {
  return readCertificate(text).validToDate.getTime();
}

/**
 * The first private key in a PEM text.
 *
 * @throws CertificateFault `pem-invalid`.
 */
export function readPrivateKey(text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new CertificateFault('pem-invalid', 'expected a PEM private key, got something else', { cause });
  }
}

/** The single certificates or keys of a bundle, in order, each with a line break at its end. */
export function splitPem(bundle: string): string[] {
  const blocks = bundle.match(/-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g) ?? [];
  return blocks.map((block) => `${block}\n`);
}
