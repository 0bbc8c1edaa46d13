import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kubectl, mustKubectl } from '../../cluster/kubectl.ts';
import { usage } from '../egress/process.ts';
import type { BenchOptions } from '../main.ts';
import { median, table } from '../report.ts';
import type { Created, Creates } from './creates.ts';
import { NONE, OURS, type Way } from './ways.ts';

const HERE = new URL('.', import.meta.url).pathname;
const CLIENTS = [1, 8, 50];
const KINDS = ['dry run', 'real'] as const;
/** Pods of one measurement: they have to be deleted again. */
const MOST = 3_000;

export interface CreateSample extends Created {
  readonly kind: (typeof KINDS)[number];
  readonly clients: number;
  readonly way: string;
  readonly round: number;
  /** CPU seconds of the API server, which does Pod Security admission and CEL itself, and calls webhooks. */
  readonly serverCpu: number;
  /** CPU seconds and resident bytes of the webhook. */
  readonly cpu?: number;
  readonly memory?: number;
}

export interface ApiFigures {
  readonly report: string;
  readonly samples: readonly CreateSample[];
  /** p99 with ours over p99 without, by case. */
  readonly ratios: Readonly<Record<string, number>>;
}

/** Creates pods in every way, in turns, and compares each round with the baseline of the same round. */
export async function measureCreates(all: readonly Way[], kubeconfig: string, options: BenchOptions): Promise<ApiFigures> {
  const samples: CreateSample[] = [];
  const parts: string[] = [];
  const ratios: Record<string, number> = {};
  for (const way of all) await create(way, 'dry run', { kubeconfig, clients: 8, seconds: 3 });
  for (const kind of KINDS) {
    for (const clients of CLIENTS) {
      const own: CreateSample[] = [];
      for (let round = 0; round < options.rounds; round += 1) {
        // Another way begins each round, so that what follows a deletion is not always the same one.
        for (const way of [...all.slice(round % all.length), ...all.slice(0, round % all.length)]) {
          process.stderr.write(`bench: ${kind}, ${clients} clients, round ${round + 1}, ${way.name}\n`);
          own.push({ kind, clients, way: way.name, round, ...(await measure(way, kind, { kubeconfig, clients, seconds: options.seconds })) });
        }
      }
      const title = `${kind}, ${clients} ${clients === 1 ? 'client' : 'clients'}`;
      parts.push(`#### ${title}\n\n${render(all, own)}`);
      ratios[title] = ratio(own, OURS, ({ p99 }) => p99);
      samples.push(...own);
    }
  }
  return { report: `### Pod creates at the API server\n\n${parts.join('\n\n')}`, samples, ratios };
}

type Load = Pick<Creates, 'kubeconfig' | 'clients' | 'seconds'>;

async function measure(way: Way, kind: CreateSample['kind'], load: Load): Promise<Omit<CreateSample, 'kind' | 'clients' | 'way' | 'round'>> {
  const serverBefore = await serverCpu();
  const before = way.pid === undefined ? undefined : usage(way.pid);
  const created = await create(way, kind, load);
  const after = way.pid === undefined ? undefined : usage(way.pid);
  const server = (await serverCpu()) - serverBefore;
  if (kind === 'real') await clear(way.namespace);
  return { ...created, serverCpu: server, ...(before === undefined || after === undefined ? {} : { cpu: after.cpu - before.cpu, memory: after.memory }) };
}

async function create({ namespace, pod, name }: Way, kind: CreateSample['kind'], load: Load): Promise<Created> {
  const whole: Creates = { ...load, path: `/api/v1/namespaces/${namespace}/pods${kind === 'real' ? '' : '?dryRun=All'}`, body: JSON.stringify(pod), most: MOST };
  const { stdout } = await promisify(execFile)(process.execPath, [join(HERE, 'creates.ts'), JSON.stringify(whole)], { timeout: (load.seconds + 60) * 1000 });
  const created = JSON.parse(stdout) as Created;
  if (created.requests === 0) throw new Error(`${name}: no pod was created: ${created.firstError}`);
  return created;
}

/** Without a kubelet nobody ends a pod: it goes at once. */
export async function clear(namespace: string): Promise<void> {
  await mustKubectl(['delete', 'pods', '--all', '-n', namespace, '--grace-period=0', '--force', '--wait=false']);
}

async function serverCpu(): Promise<number> {
  const { out } = await kubectl(['get', '--raw', '/metrics']);
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(out)?.[1] ?? Number.NaN);
}

/** The median over the rounds of a figure over that of the baseline in the same round. */
function ratio(samples: readonly CreateSample[], way: string, figure: (sample: CreateSample) => number): number {
  const base = new Map(samples.filter((one) => one.way === NONE).map((one) => [one.round, figure(one)]));
  return median(samples.filter((one) => one.way === way).map((one) => figure(one) / (base.get(one.round) ?? Number.NaN)));
}

function render(all: readonly Way[], samples: readonly CreateSample[]): string {
  const rows = all.map((way) => {
    const own = samples.filter((one) => one.way === way.name);
    const of = (figure: (sample: CreateSample) => number): number => median(own.map(figure));
    return [
      way.name,
      of(({ requests, seconds }) => requests / seconds).toFixed(0),
      of(({ p50 }) => p50).toFixed(2),
      of(({ p99 }) => p99).toFixed(2),
      ratio(samples, way.name, ({ p50 }) => p50).toFixed(2),
      ratio(samples, way.name, ({ p99 }) => p99).toFixed(2),
      of((one) => (one.serverCpu * 1e6) / one.requests).toFixed(0),
      way.pid === undefined ? '' : of((one) => ((one.cpu ?? 0) * 1e6) / one.requests).toFixed(0),
      way.pid === undefined ? '' : (of(({ memory }) => memory ?? 0) / 2 ** 20).toFixed(0),
      String(own.reduce((sum, { errors }) => sum + errors, 0)),
    ];
  });
  return table(['way', 'creates/s', 'p50 ms', 'p99 ms', 'p50 ratio', 'p99 ratio', 'API server CPU µs', 'webhook CPU µs', 'webhook MiB', 'errors'], rows);
}
