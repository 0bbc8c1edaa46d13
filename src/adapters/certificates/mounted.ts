import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { CertificateFault } from './fault.ts';
import { keepCertificate, type KeptServingCertificate } from './kept.ts';
import { servingCertificate, type StoredCertificate } from './stored.ts';

export interface MountedCertificateSettings {
  /** With `tls.crt`, `tls.key` and, if it is there, `ca.crt`, as a mounted Secret of type `kubernetes.io/tls` has them. */
  readonly directory: string;
  /** Milliseconds between two looks at the files; default 2,000. */
  readonly interval?: number;
  /** Told of what went wrong after the start; the certificate before stays in use. */
  readonly onFault?: (fault: unknown) => void;
}

/**
 * Serves from a folder that somebody else fills, and follows its changes; nothing is ever written there, and a `ca.key` is not looked at.
 *
 * @throws CertificateFault `directory-unusable`, `pem-invalid`, `key-mismatch`.
 */
export async function mountedCertificate({ directory, interval = 2_000, onFault }: MountedCertificateSettings): Promise<KeptServingCertificate> {
  // Looked at, not watched: it works on every file system, and a certificate is replaced long before it ends.
  return keepCertificate({ settle: () => read(directory), interval, retry: interval, ...(onFault === undefined ? {} : { onFault }) });
}

async function read(directory: string): Promise<StoredCertificate> {
  const folder = await generation(directory);
  const [cert, key, ca] = await Promise.all([readPart(folder, 'tls.crt'), readPart(folder, 'tls.key'), readPart(folder, 'ca.crt')]);
  if (cert === undefined || key === undefined) {
    throw new CertificateFault('directory-unusable', `expected tls.crt and tls.key in ${directory}, got ${cert === undefined && key === undefined ? 'neither' : 'one of them'}`);
  }
  const stored = { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca ?? '' };
  try {
    servingCertificate(stored);
    return stored;
  } catch (cause) {
    if (!(cause instanceof CertificateFault)) throw cause;
    throw new CertificateFault(cause.code, `${directory} cannot be served with: ${cause.message}`, { cause });
  }
}

/**
 * The kubelet writes each state of a Secret to a folder of its own and swaps the link `..data` over to it: all parts are read from
 * one of them, never half from the next.
 */
async function generation(directory: string): Promise<string> {
  try {
    return await realpath(join(directory, '..data'));
  } catch {
    return directory;
  }
}

async function readPart(folder: string, part: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, part), 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new CertificateFault('directory-unusable', `expected a readable ${join(folder, part)}: ${String(cause)}`, { cause });
  }
}
