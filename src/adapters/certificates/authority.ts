import { createSecureContext, type SecureContext } from 'node:tls';
import type { HostName } from '../../core/terms/authority.ts';
import { RecentlyUsed } from '../../core/terms/recently-used.ts';
import { caCertificate, issuerOf, pem, publicKeyInfo, serverCertificate } from './certificate.ts';
import { CertificateFault } from './fault.ts';
import { generatePrivateKey, privateKeyPem } from './key-pair.ts';
import { namesOf } from './names.ts';
import { HOUR, BACKDATED } from './lifetimes.ts';

export interface AuthoritySettings {
  /** At most 64 characters; it is what people see who look at the chain. */
  readonly commonName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of the CA's certificate, in milliseconds from now. */
  readonly lifetime: number;
  /** Of each leaf, in milliseconds; never past the CA's own end. Default 24 h. */
  readonly leafLifetime?: number;
  /** Leafs kept ready, each about 46 KiB. Default 256. */
  readonly leafs?: number;
}

/** A certificate authority whose private key exists only in this process's memory. */
export interface Authority {
  /** What clients have to trust. */
  readonly certificatePem: string;
  /**
   * A server context for exactly this host, cached until two thirds of its certificate's life are over.
   *
   * @throws CertificateFault `name-invalid`, `authority-expired`.
   */
  leaf(host: HostName): SecureContext;
}

interface Leaf {
  readonly context: SecureContext;
  readonly renewAt: number;
}

/** Makes an authority with new keys; nothing of it is ever written anywhere. */
export async function createAuthority(settings: AuthoritySettings): Promise<Authority> {
  const { commonName, now, lifetime, leafLifetime = 24 * HOUR, leafs = 256 } = settings;
  const caKey = await generatePrivateKey();
  const validity = { notBefore: now() - BACKDATED, notAfter: now() + lifetime };
  const certificatePem = pem('CERTIFICATE', caCertificate(commonName, caKey, validity));
  const mint = minter(issuerOf(commonName, caKey), await leafKey(), validity.notAfter, leafLifetime);
  const kept = new RecentlyUsed<HostName, Leaf>(leafs);

  return {
    certificatePem,
    leaf(host) {
      const at = now();
      const known = kept.get(host);
      if (known !== undefined && at < known.renewAt) return known.context;
      const fresh = mint(host, at);
      kept.set(host, fresh);
      return fresh.context;
    },
  };
}

interface LeafKey {
  readonly info: Buffer;
  readonly pem: string;
}

// All leafs share one key: it lives in the same memory as the CA's, so whoever could read one could mint the others.
async function leafKey(): Promise<LeafKey> {
  const key = await generatePrivateKey();
  return { info: publicKeyInfo(key), pem: privateKeyPem(key) };
}

function minter(issuer: ReturnType<typeof issuerOf>, key: LeafKey, end: number, lifetime: number): (host: HostName, at: number) => Leaf {
  return (host, at) => {
    if (at >= end) throw new CertificateFault('authority-expired', `expected a CA valid at ${new Date(at).toISOString()}, got one that ended ${new Date(end).toISOString()}`);
    const notAfter = Math.min(at + lifetime, end);
    const certificate = serverCertificate(issuer, namesOf(host), key.info, { notBefore: at - BACKDATED, notAfter });
    const context = createSecureContext({ cert: pem('CERTIFICATE', certificate), key: key.pem, minVersion: 'TLSv1.2' });
    return { context, renewAt: at + ((notAfter - at) * 2) / 3 };
  };
}
