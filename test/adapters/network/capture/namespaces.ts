import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MAIN = fileURLToPath(new URL('../../../../src/main.ts', import.meta.url));
const WORLD = fileURLToPath(new URL('world.ts', import.meta.url));

/** The proxy's user, and that of an agent. */
export const PROXY = 14141;
export const AGENT = 65534;

/** Why real captures cannot be tried here; undefined where they can. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  if (process.getuid?.() !== 0) return 'not root';
  const tries: [string, string[], string][] = [
    ['ip', ['-V'], 'no ip'],
    ['nft', ['-v'], 'no nft'],
    ['unshare', ['--net', 'nft', 'add table inet t; add chain inet t c { type nat hook output priority -100; }'], 'no nft rules in a namespace'],
    ['setpriv', ['--reuid', String(AGENT), '--regid', String(AGENT), '--clear-groups', process.execPath, '-e', `require('fs').accessSync(${JSON.stringify(MAIN)})`], 'this folder is closed to other users'],
  ];
  return tries.find(([name, args]) => !succeeds(name, args))?.[2];
}

function succeeds(name: string, args: string[]): boolean {
  try {
    execFileSync(name, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A pod's network and the one beside it, joined by one cable. The outside has servers on TCP 8080 and UDP 5353 at both its addresses. */
export interface Network {
  readonly outside: { readonly v4: string; readonly v6: string };
  readonly inside: { readonly v4: string };
  /** Runs `sallyport ARGS` in the pod, as root or as a user. */
  sallyport(args: readonly string[], user?: number): Promise<Ended>;
  /** Runs one of the scenes of `world.ts` in the pod or outside, as a user, to its end. */
  scene(where: 'pod' | 'outside', name: string, args?: readonly string[], user?: number): Promise<unknown>;
  /** Starts a scene that goes on; resolves when it is ready. */
  begin(where: 'pod' | 'outside', name: string, args?: readonly string[], user?: number): Promise<void>;
  /** Runs a program as root in the pod, such as `nft`. */
  root(name: string, args: readonly string[]): Promise<Ended>;
  close(): Promise<void>;
}

let count = 0;

export async function openNetwork(): Promise<Network> {
  const id = `sp${process.pid}x${count += 1}`;
  const names = { pod: `${id}p`, outside: `${id}o` };
  const outside = { v4: '10.201.7.1', v6: 'fd00:5a11::1' };
  const inside = { v4: '10.201.7.2' };
  const running: ChildProcess[] = [];
  const begin: Network['begin'] = async (where, name, args = [], user = 0) => {
    const child = spawn('ip', ['netns', 'exec', names[where], ...asUser(user), process.execPath, WORLD, name, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    running.push(child);
    const started = await Promise.race([once(child.stdout, 'data').then(() => true), once(child, 'exit').then(() => false)]);
    if (!started) throw new Error(`${name} ended before it was ready`);
  };
  cable(names, outside, inside);
  await begin('outside', 'servers', ['0.0.0.0', '::']);
  const inPod = async (args: readonly string[]): Promise<Ended> => await ended('ip', ['netns', 'exec', names.pod, ...args]);
  return {
    outside,
    inside,
    begin,
    sallyport: async (args, user = 0) => await inPod([...asUser(user), process.execPath, MAIN, ...args]),
    root: async (name, args) => await inPod([name, ...args]),
    scene: async (where, name, args = [], user = 0) => {
      const { stdout, stderr, code } = await ended('ip', ['netns', 'exec', names[where], ...asUser(user), process.execPath, WORLD, name, ...args]);
      if (code !== 0) throw new Error(`${name}: ${stderr}`);
      return JSON.parse(stdout);
    },
    close: async () => {
      await Promise.all(running.map(async (child) => {
        child.stdin?.end();
        if (child.exitCode === null) await once(child, 'exit');
      }));
      for (const name of Object.values(names)) execFileSync('ip', ['netns', 'del', name]);
    },
  };
}

function cable(names: { pod: string; outside: string }, outside: Network['outside'], inside: Network['inside']): void {
  for (const name of Object.values(names)) ip(`netns add ${name}`);
  ip(`-n ${names.pod} link add eth0 type veth peer name eth0 netns ${names.outside}`);
  for (const name of Object.values(names)) for (const link of ['lo', 'eth0']) ip(`-n ${name} link set ${link} up`);
  ip(`-n ${names.pod} addr add ${inside.v4}/24 dev eth0`);
  ip(`-n ${names.outside} addr add ${outside.v4}/24 dev eth0`);
  ip(`-n ${names.pod} addr add fd00:5a11::2/64 dev eth0 nodad`);
  ip(`-n ${names.outside} addr add ${outside.v6}/64 dev eth0 nodad`);
  ip(`-n ${names.pod} route add default via ${outside.v4}`);
  ip(`-n ${names.pod} -6 route add default via ${outside.v6}`);
  ip(`-n ${names.outside} route add 198.18.0.0/15 via ${inside.v4}`);
}

function ip(text: string): void {
  execFileSync('ip', text.split(' '));
}

function asUser(user: number): string[] {
  return user === 0 ? [] : ['setpriv', '--reuid', String(user), '--regid', String(user), '--clear-groups', '--no-new-privs'];
}

async function ended(name: string, args: readonly string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(name, args, { timeout: 30_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    return { code: typeof code === 'number' ? code : -1, stdout: stdout ?? '', stderr: stderr ?? String(error) };
  }
}
