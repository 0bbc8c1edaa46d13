import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../journal/make-folder.ts';
import { CertificateFault } from './fault.ts';
import { keepCertificate, type KeptServingCertificate } from './kept.ts';
import type { SubjectNames } from './names.ts';
import { type Lifetimes, renewStored, SERVING_LIFETIMES } from './renewal.ts';
import { collectStored, type StoredCertificate } from './stored.ts';

export interface CertificateDirectorySettings extends SubjectNames {
  /** Made where it does not exist. */
  readonly directory: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds. */
  readonly lifetimes?: Lifetimes;
  /** Milliseconds between two looks at the files; default 2,000. */
  readonly interval?: number;
  /** Told of what went wrong after the start; the certificate before stays in use. */
  readonly onFault?: (fault: unknown) => void;
}

/**
 * Serves from a folder's `tls.crt`, `tls.key` and `ca.crt`, and follows their changes.
 *
 * An empty folder gets all of them and `ca.key` besides, whose presence says that they are ours to renew. A folder that somebody
 * else fills (cert-manager, a person) is only read.
 *
 * @throws CertificateFault `directory-unusable`, `pem-invalid`, `key-mismatch`, `name-invalid`.
 */
export async function certificateDirectory(settings: CertificateDirectorySettings): Promise<KeptServingCertificate> {
  const { interval = 2_000, onFault } = settings;
  // Looked at, not watched: mounted Secrets change by swapped symbolic links, and network file systems announce nothing.
  return keepCertificate({ settle: () => settle(settings), interval, retry: interval, ...(onFault === undefined ? {} : { onFault }) });
}

const PARTS = ['ca.key', 'ca.crt', 'tls.key', 'tls.crt'] as const;

async function settle({ directory, dnsNames, ips, now, lifetimes = SERVING_LIFETIMES }: CertificateDirectorySettings): Promise<StoredCertificate> {
  const stored = await read(directory);
  const due = await renewStored(stored, { dnsNames, ips, commonName: 'Sallyport local CA', lifetimes }, now());
  if (due !== stored) await write(directory, due);
  return due;
}

async function read(directory: string): Promise<StoredCertificate | undefined> {
  const texts = new Map(await Promise.all(PARTS.map(async (part) => [part, await readIfThere(join(directory, part))] as const)));
  const lonely = (texts.get('tls.crt') === undefined) !== (texts.get('tls.key') === undefined);
  if (lonely && texts.get('ca.key') === undefined) {
    throw new CertificateFault('directory-unusable', `expected both tls.crt and tls.key in ${directory} or neither, got one of them`);
  }
  return collectStored((part) => texts.get(part));
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new CertificateFault('directory-unusable', `expected a readable ${file}: ${String(cause)}`, { cause });
  }
}

// `ca.key` goes first, so that a folder left half-written is known as ours and finished the next time.
async function write(directory: string, stored: StoredCertificate): Promise<void> {
  try {
    makeFolder(directory);
    for (const part of PARTS) await replace(join(directory, part), stored[part] ?? '', part.endsWith('.key') ? 0o600 : 0o644);
  } catch (cause) {
    throw new CertificateFault('directory-unusable', `expected to be able to write to ${directory}: ${String(cause)}`, { cause });
  }
}

async function replace(file: string, text: string, mode: number): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  await writeFile(fresh, text, { mode, flag: 'wx' });
  await rename(fresh, file);
}
