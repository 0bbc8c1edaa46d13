import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { usage } from '../egress/process.ts';
import { table } from '../report.ts';
import type { Created, Creates } from './creates.ts';
import type { Webhook } from './ours.ts';
import { namespaceOf, ordinaryPod } from './pods.ts';

const HERE = new URL('.', import.meta.url).pathname;
const PODS = 5_000;

export interface MemoryFigures {
  readonly report: string;
  readonly samples: Readonly<Record<string, number>>;
  /** The largest, in MiB. */
  readonly most: number;
}

/** Creates 5,000 agent pods, and sees what the webhook holds then, after a start among them, and while it reviews. `restart` starts it anew. */
export async function measureMemory(webhook: Webhook, restart: () => Promise<Webhook>, kubeconfig: string): Promise<MemoryFigures> {
  process.stderr.write(`bench: ${PODS} pods\n`);
  const samples: Record<string, number> = { 'before': mib(webhook.pid) };
  const created = await create(kubeconfig, { clients: 8, most: PODS, seconds: 600, dryRun: false });
  if (created.requests < PODS) throw new Error(`only ${created.requests} of ${PODS} pods were created: ${created.firstError}`);
  samples[`after ${PODS} pods were created`] = mib(webhook.pid);
  const again = await restart();
  // Reads all pods, and reviews them in the background.
  samples['the most within a minute of a start among them'] = await most(again.pid, 60);
  samples['a minute after that start'] = mib(again.pid);
  const reviewing = create(kubeconfig, { clients: 8, most: Number.MAX_SAFE_INTEGER, seconds: 20, dryRun: true });
  samples['the most while 8 clients create pods'] = await most(again.pid, 20);
  await reviewing;
  const rows = Object.entries(samples).map(([when, amount]) => [when, amount.toFixed(0)]);
  return { report: `### Memory with ${PODS} agent pods in the cluster\n\n${table(['webhook', 'resident MiB'], rows)}`, samples, most: Math.max(...Object.values(samples)) };
}

async function create(kubeconfig: string, { dryRun, ...load }: Pick<Creates, 'clients' | 'most' | 'seconds'> & { readonly dryRun: boolean }): Promise<Created> {
  const namespace = namespaceOf('ours');
  const whole: Creates = { ...load, kubeconfig, path: `/api/v1/namespaces/${namespace}/pods${dryRun ? '?dryRun=All' : ''}`, body: JSON.stringify(ordinaryPod(namespace)) };
  const { stdout } = await promisify(execFile)(process.execPath, [join(HERE, 'creates.ts'), JSON.stringify(whole)], { timeout: (load.seconds + 60) * 1000 });
  return JSON.parse(stdout) as Created;
}

async function most(pid: number, seconds: number): Promise<number> {
  const end = Date.now() + seconds * 1000;
  let found = 0;
  while (Date.now() < end) {
    found = Math.max(found, mib(pid));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return found;
}

function mib(pid: number): number {
  return usage(pid).memory / 2 ** 20;
}
