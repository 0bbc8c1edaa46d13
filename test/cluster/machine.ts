import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** As they have to start: what stands after needs what stands before. */
const ORDER = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'containerd', 'kubelet', 'kube-proxy', 'coredns'];

interface Program {
  readonly name: string;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Record<string, string>;
}

/** Where a cluster of this machine wrote down the process ids of its programs; undefined where the cluster is not of this machine. */
export function pidFolder(): string | undefined {
  const folder = join(dirname(process.env['KUBECONFIG'] ?? ''), 'pid');
  return ORDER.every((name) => existsSync(join(folder, name))) ? folder : undefined;
}

/** Every program of the cluster as it was started. */
export function programs(folder: string): readonly Program[] {
  return ORDER.map((name) => {
    const pid = Number(readFileSync(join(folder, name), 'utf8'));
    const env = parts(pid, 'environ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
    return { name, pid, argv: parts(pid, 'cmdline'), cwd: readlinkSync(`/proc/${pid}/cwd`), env: Object.fromEntries(env) };
  });
}

/** The power goes: every program of the cluster and every process in a container is killed at once. What lies on the disk stays. */
export async function killAll(running: readonly Program[]): Promise<void> {
  for (const { pid } of running.toReversed()) process.kill(pid, 'SIGKILL');
  for (const pid of inContainers()) kill(pid);
  while (running.some(({ pid }) => existsSync(`/proc/${pid}`) && !isZombie(pid)) || inContainers().length > 0) {
    for (const pid of inContainers()) kill(pid);
    await sleep(100);
  }
}

/** The power is back: each program is started with its own command line. */
export async function startAll(folder: string, stopped: readonly Program[], ready: (name: string) => Promise<void>): Promise<void> {
  for (const { name, argv: [command = '', ...args], cwd, env } of stopped) {
    const log = openSync(join(folder, '..', 'log', `${name}.log`), 'a');
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', log, log] });
    child.unref();
    closeSync(log);
    writeFileSync(join(folder, name), `${child.pid}\n`);
    await ready(name);
  }
}

function parts(pid: number, file: 'cmdline' | 'environ'): string[] {
  return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').filter((part) => part !== '');
}

function inContainers(): number[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes('/kubepods/') && !isZombie(pid);
    } catch {
      return false;
    }
  });
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
