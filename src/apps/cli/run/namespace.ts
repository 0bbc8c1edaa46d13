import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { Socket as UdpSocket } from 'node:dgram';
import { extname } from 'node:path';
import { Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { ProxySettings } from '../../proxy/settings.ts';
import type { RunFolder } from './folder.ts';
import type { Report } from './inside.ts';
import { SETUP } from './setup.ts';

/** Ways to namespaces of one's own, best first: as root, as oneself in a user namespace, as a root that is none. */
const WAYS: readonly (readonly string[])[] = [
  ['--net', '--mount'],
  ['--user', '--map-current-user', '--keep-caps', '--net', '--mount'],
  ['--user', '--map-root-user', '--net', '--mount'],
];

export type Entry = { readonly found: true; readonly flags: readonly string[] } | { readonly found: false; readonly reason: string };

/** Finds the way that works here by going it to the end, with `true` for the helper and for the program. */
export function findEntry(folder: RunFolder): Entry {
  if (process.platform !== 'linux') return { found: false, reason: 'only Linux has them' };
  let reason = 'no way to one works';
  for (const flags of WAYS) {
    const tried = spawnSync('unshare', unshareArguments(flags, ['true', '-', folder.path, '-', 'true']), { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8', timeout: 5_000 });
    if (tried.status === 0) return { found: true, flags };
    reason = tried.error?.message ?? (tried.stderr.trim().split('\n').at(-1) || reason);
  }
  return { found: false, reason };
}

export interface CellSettings {
  readonly flags: readonly string[];
  readonly folder: RunFolder;
  /** To be captured. */
  readonly ports: readonly number[];
  readonly program: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** A process in namespaces of its own, about to become the program. */
export interface Cell {
  /** Open inside, served outside. */
  readonly listeners: ProxySettings['listeners'];
  /** Its id, now and when it has become the program. */
  readonly process: number | undefined;
  /** Lets it become the program. */
  begin(): ChildProcess;
  abandon(): void;
}

/** Rejects where the helper does not come up, with what it said on stderr already. */
export async function enter({ flags, folder, ports, program, env }: CellSettings): Promise<Cell> {
  // The helper lies beside this file, as TypeScript or as what became of it.
  const helper = fileURLToPath(new URL(`./inside${extname(import.meta.url)}`, import.meta.url));
  const args = unshareArguments(flags, [process.execPath, helper, folder.path, ports.join(','), ...program]);
  const child = spawn('unshare', args, { env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const listeners = await handedOut(child);
  return {
    listeners,
    process: child.pid,
    begin: () => {
      child.send('go');
      return child;
    },
    abandon: () => {
      // The helper goes by the end of the channel, of which it holds an end itself.
      child.disconnect();
      child.kill('SIGKILL');
      closeAll(listeners);
    },
  };
}

/** What was handed over keeps this process alive. Whoever took it may have closed it already. */
function closeAll({ explicit, captured = [], dns }: Cell['listeners']): void {
  const servers = [explicit, ...captured.map(({ at }) => at)].flatMap((one) => (one && 'server' in one ? [one.server] : []));
  for (const server of servers) server.close();
  if (dns === undefined || !('udp' in dns)) return;
  dns.tcp.close();
  try {
    dns.udp.close();
  } catch {
    // Only of a UDP socket is it a fault to be closed twice.
  }
}

function unshareArguments(flags: readonly string[], args: readonly string[]): string[] {
  return [...flags, '--', 'sh', '-c', SETUP, 'sallyport-run', ...args];
}

async function handedOut(child: ChildProcess): Promise<ProxySettings['listeners']> {
  let explicit: Server | undefined;
  let udp: UdpSocket | undefined;
  let tcp: Server | undefined;
  const captured: { port: number; at: { server: Server } }[] = [];
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => { reject(new Error(`the program's network namespace could not be set up (exit code ${code ?? 'none'})`)); });
    child.on('message', (report: Report, handle) => {
      if (report.role === 'dns' && handle instanceof UdpSocket) udp = handle;
      else if (report.role === 'dns' && handle instanceof Server) tcp = handle;
      else if (report.role === 'explicit' && handle instanceof Server) explicit = handle;
      else if (report.role === 'captured' && handle instanceof Server) captured.push({ port: report.port, at: { server: handle } });
      else if (report.role === 'complete' && explicit && udp && tcp) resolve({ explicit: { server: explicit }, captured, dns: { udp, tcp } });
      else reject(new Error(`expected the listeners of the program's network namespace, got ${JSON.stringify(report)}`));
    });
  });
}
