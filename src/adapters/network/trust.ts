import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { readCertificate, splitPem } from '../certificates/read.ts';

/**
 * What upstream certificates are verified against: the system's roots (where it has none, as in a bare image, those that
 * come with Node) and the PEM certificates given. There is no way to verify against nothing.
 *
 * The hundreds of roots are read when the first call needs them: that takes some 60 ms and 10 MiB, which an idle sidecar need not
 * have. Throws `CertificateFault` `pem-invalid` at once where what is given is no certificate, which TLS itself would pass over in silence.
 */
export function upstreamTrust(ca: readonly string[]): () => SecureContext {
  const extra = ca.flatMap(certificatesIn);
  let context: SecureContext | undefined;
  return () => {
    context ??= createSecureContext({ ca: [...roots(), ...extra], minVersion: 'TLSv1.2' });
    return context;
  };
}

/** Each certificate of a PEM text by itself. Throws `CertificateFault` `pem-invalid`, also where there is none. */
export function certificatesIn(pem: string): string[] {
  const certificates = splitPem(pem);
  // Where there is none, reading the text says so.
  for (const certificate of certificates.length === 0 ? [pem] : certificates) readCertificate(certificate);
  return certificates;
}

function roots(): Iterable<string> {
  const system = getCACertificates('system');
  // The system's file and its folder hold the same certificates.
  return new Set(system.length > 0 ? system : getCACertificates('bundled'));
}
