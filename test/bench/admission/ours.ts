import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { NODE_OPTIONS } from '../../../src/apps/cli/install/deployment.ts';
import { SYSTEM_NAMESPACE, WEBHOOK } from '../../../src/core/terms/fixed-names.ts';
import { callHere, writtenCa } from '../../cluster/installed.ts';
import { eventually } from '../../cluster/kubectl.ts';
import { freePort } from '../egress/contestants.ts';
import { start } from '../egress/process.ts';
import { builtProgram, imageFlags } from '../egress/program.ts';

/** The webhook as a process of its own. */
export interface Webhook {
  readonly pid: number;
  readonly port: number;
  /** Certificate that its own chains to, and the name in it. */
  readonly caFile: string;
  readonly serverName: string;
  stop(): Promise<void>;
}

/** Starts the webhook on one core, and has the API server call it. */
export async function startWebhook(kubeconfig: string, folder: string): Promise<Webhook> {
  const [port, health] = [await freePort(), await freePort()];
  const flags = ['--kubeconfig', kubeconfig, '--listen', `127.0.0.1:${port}`, '--health', `127.0.0.1:${health}`, '--image', 'registry.example.com/sallyport:bench', '--resolver', '10.96.0.10'];
  const child = start('taskset', ['--cpu-list', String(lastCore()), process.execPath, ...imageFlags(), builtProgram(), 'webhook', ...flags], { NODE_OPTIONS });
  child.stdout?.resume();
  await callHere(port);
  await eventually('the webhook to be ready', 60, () => isReady(child, health));
  const caFile = join(folder, 'webhook-ca.crt');
  writeFileSync(caFile, await writtenCa());
  return { pid: child.pid ?? 0, port, caFile, serverName: `${WEBHOOK}.${SYSTEM_NAMESPACE}.svc`, stop: () => ended(child) };
}

/** Where there are several cores, the webhook has the last one, and never more. */
export function lastCore(): number {
  return availableParallelism() - 1;
}

async function isReady(child: ChildProcess & { said: () => string }, health: number): Promise<true | undefined> {
  if (child.exitCode !== null) throw new Error(`the webhook ended with ${child.exitCode}: ${child.said()}`);
  const answer = await fetch(`http://127.0.0.1:${health}/readyz`).catch(() => undefined);
  return answer?.ok === true ? true : undefined;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill('SIGINT');
  });
}
