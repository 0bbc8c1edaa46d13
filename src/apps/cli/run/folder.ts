import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of this run's own, for its user alone: what the program sees in place of the system's files, and the proxy's CA. */
export interface RunFolder {
  readonly path: string;
  readonly caFile: string;
  remove(): Promise<void>;
}

/** Files of /etc that the program sees ours of. */
export const REPLACED_FILES = ['resolv.conf', 'hosts', 'nsswitch.conf'] as const;

export async function makeFolder(): Promise<RunFolder> {
  const path = await mkdtemp(join(tmpdir(), 'sallyport-run-'));
  const texts: Record<(typeof REPLACED_FILES)[number], string> = {
    'resolv.conf': 'nameserver 127.0.0.1\n',
    hosts: `127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ${hostname()}\n`,
    'nsswitch.conf': withPlainHosts(await readFile('/etc/nsswitch.conf', 'utf8').catch(() => '')),
  };
  await Promise.all(Object.entries(texts).map(async ([name, text]) => { await writeFile(join(path, name), text); }));
  return {
    path,
    caFile: join(path, 'ca.crt'),
    remove: async () => { await rm(path, { recursive: true, force: true }); },
  };
}

/** Names come from the files and from DNS, which is ours, and not from services of this machine that answer over a socket file. */
export function withPlainHosts(nsswitch: string): string {
  const others = nsswitch.split('\n').filter((line) => !/^\s*hosts\s*:/.test(line));
  return `${others.join('\n').trimEnd()}\nhosts: files dns\n`.trimStart();
}
