import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { start, untilListening, usage } from '../egress/process.ts';
import { freePort } from '../egress/contestants.ts';
import type { BenchOptions } from '../main.ts';
import { median, table } from '../report.ts';
import type { Reviewed, Reviews } from './open-loop.ts';
import { lastCore, type Webhook } from './ours.ts';
import { brokenPod, largePod, namespaceOf } from './pods.ts';
import { admitted } from './ways.ts';

const HERE = new URL('.', import.meta.url).pathname;
/** Reviews a second. */
const RATE = 500;

export interface DecisionSample extends Reviewed {
  readonly what: string;
  /** CPU seconds of the webhook. */
  readonly cpu: number;
  readonly memory: number;
}

/** Decisions straight from the webhook, without an API server between: the report, and every sample. */
export async function measureDecisions(webhook: Webhook, folder: string, options: BenchOptions): Promise<{ readonly report: string; readonly samples: readonly DecisionSample[]; readonly p99: number }> {
  const cases = await reviews(folder);
  const floor = await startFloor(webhook, folder);
  const samples: DecisionSample[] = [];
  try {
    for (const one of cases) await send(one, webhook, { seconds: 5, floor });
    for (let round = 0; round < options.rounds; round += 1) {
      for (const one of cases) {
        process.stderr.write(`bench: decisions, round ${round + 1}, ${one.what}\n`);
        samples.push(await send(one, webhook, { seconds: Math.max(10, options.seconds), floor }));
      }
    }
  } finally {
    floor.stop();
  }
  const of = (what: string, figure: (sample: DecisionSample) => number): number => median(samples.filter((one) => one.what === what).map(figure));
  const rows = cases.map(({ what, size }) => [
    what,
    (size / 1000).toFixed(1),
    of(what, ({ requests, seconds }) => requests / seconds).toFixed(0),
    of(what, ({ p50 }) => p50).toFixed(2),
    of(what, ({ p99 }) => p99).toFixed(2),
    of(what, ({ worst }) => worst).toFixed(1),
    of(what, ({ cpu, requests }) => (cpu * 1e6) / requests).toFixed(0),
    (of(what, ({ memory }) => memory) / 2 ** 20).toFixed(0),
    String(samples.filter((one) => one.what === what).reduce((sum, { errors }) => sum + errors, 0)),
  ]);
  const report = `### Decisions at ${RATE} a second, straight from the webhook\n\n${table(['review', 'KB', 'answers/s', 'p50 ms', 'p99 ms', 'worst ms', 'CPU µs', 'MiB', 'errors'], rows)}`;
  return { report, samples, p99: of(ADMITTED, ({ p99 }) => p99) };
}

interface Case {
  readonly what: string;
  readonly path: string;
  readonly bodyFile: string;
  readonly size: number;
  /** Sent to the floor instead of the webhook. */
  readonly floor: boolean;
}

interface Floor {
  readonly port: number;
  readonly pid: number;
  stop(): void;
}

const ADMITTED = '/validate, a pod of 20 KB with its sidecar, admitted';

async function reviews(folder: string): Promise<Case[]> {
  const namespace = namespaceOf('ours');
  const written = { ...largePod(namespace), metadata: { ...(largePod(namespace) as { metadata: object }).metadata, name: 'agent-1' } };
  const stored = await admitted(written);
  const write = (what: string, path: string, file: string, object: object, floor = false): Case => {
    const body = JSON.stringify(reviewOf(object, namespace));
    writeFileSync(join(folder, file), body);
    return { what, path, bodyFile: join(folder, file), size: body.length, floor };
  };
  return [
    write('an HTTPS server that reads and answers, no more', '/validate', 'validate.json', stored, true),
    write(ADMITTED, '/validate', 'validate.json', stored),
    write('/mutate, the same before injection', '/mutate', 'mutate.json', written),
    write('/validate, the same with all mistakes, refused', '/validate', 'broken.json', brokenPod(namespace)),
  ];
}

/** As the API server of 1.36 sends it. */
function reviewOf(object: object, namespace: string): object {
  const pods = { group: '', version: 'v1' };
  const user = { username: 'system:serviceaccount:kube-system:replicaset-controller', uid: '3e0c7b66-2f9c-4f1a-9b7e-6f3b6f0f2a11', groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'] };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { ...pods, kind: 'Pod' },
      resource: { ...pods, resource: 'pods' },
      requestKind: { ...pods, kind: 'Pod' },
      requestResource: { ...pods, resource: 'pods' },
      name: 'agent-1',
      namespace,
      operation: 'CREATE',
      userInfo: user,
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

async function startFloor(webhook: Webhook, folder: string): Promise<Floor & { readonly caFile: string }> {
  const port = await freePort();
  const child = start('taskset', ['--cpu-list', String(lastCore()), process.execPath, join(HERE, 'floor.ts'), String(port), folder, webhook.serverName]);
  await untilListening(port, child);
  return { port, pid: child.pid ?? 0, caFile: join(folder, 'floor.crt'), stop: () => void child.kill() };
}

async function send(one: Case, webhook: Webhook, { seconds, floor }: { seconds: number; floor: Floor & { readonly caFile: string } }): Promise<DecisionSample> {
  const { port, pid, caFile } = one.floor ? floor : webhook;
  const load: Reviews = { port, path: one.path, caFile, serverName: webhook.serverName, bodyFile: one.bodyFile, rate: RATE, seconds };
  const before = usage(pid);
  // The core that the webhook does not have.
  const { stdout } = await promisify(execFile)('taskset', ['--cpu-list', '0', process.execPath, join(HERE, 'open-loop.ts'), JSON.stringify(load)], { timeout: (seconds + 60) * 1000 });
  const after = usage(pid);
  return { what: one.what, ...(JSON.parse(stdout) as Reviewed), cpu: after.cpu - before.cpu, memory: after.memory };
}
