import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyInstallation, removeInstallation } from '../../cluster/installed.ts';
import type { BenchOptions, Outcome } from '../main.ts';
import { table } from '../report.ts';
import { type ApiFigures, clear, measureCreates } from './api-creates.ts';
import { findCluster } from './cluster.ts';
import { measureDecisions } from './decisions.ts';
import { kyverno, startKyverno, uninstallKyverno } from './kyverno.ts';
import { measureMemory } from './memory.ts';
import { startWebhook } from './ours.ts';
import { namespaceOf } from './pods.ts';
import { prepareNamespaces, removeNamespaces, ways } from './ways.ts';

interface Bar {
  readonly what: string;
  readonly bar: string;
  readonly seen: string;
  readonly met: boolean;
}

/** Every way of judging a pod against one API server, then decisions straight from the webhook, then its memory; the bars at the end. */
export async function compareAdmission(options: BenchOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const stops: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).toReversed()) await stop();
  };
  const interrupted = (): void => void stopAll().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const cluster = findCluster();
    stops.push(cluster.stop, removeNamespaces, removeInstallation);
    await prepareNamespaces();
    await applyInstallation();
    let webhook = await startWebhook(cluster.kubeconfig, folder);
    stops.push(() => webhook.stop());
    const found = kyverno();
    const other = found === undefined ? undefined : await startKyverno(found, cluster.kubeconfig);
    stops.push(uninstallKyverno, () => other?.stop());

    const api = await measureCreates(await ways({ ours: webhook.pid, kyverno: other?.pid }), cluster.kubeconfig, options);
    other?.stop();
    await uninstallKyverno();
    const decisions = await measureDecisions(webhook, folder, options);
    const memory = await measureMemory(webhook, async () => {
      await webhook.stop();
      webhook = await startWebhook(cluster.kubeconfig, folder);
      return webhook;
    }, cluster.kubeconfig);
    await clear(namespaceOf('ours'));

    const bars = [
      { what: 'decision p99 at 500 a second on one core, a pod of 20 KB', bar: 'under 5 ms', seen: `${decisions.p99.toFixed(2)} ms`, met: decisions.p99 < 5 },
      ...apiBars(api),
      { what: 'memory of the webhook with 5,000 pods watched', bar: 'under 150 MiB', seen: `${memory.most.toFixed(0)} MiB`, met: memory.most < 150 },
    ];
    const notes = other === undefined ? ['Kyverno could not be built here and is not in the tables.'] : [];
    return {
      report: [render(bars), api.report, decisions.report, memory.report, ...notes].join('\n\n'),
      missed: bars.filter(({ met }) => !met).map(({ what, seen }) => `${what}: ${seen}`),
      raw: { creates: api.samples, decisions: decisions.samples, memory: memory.samples },
    };
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await stopAll();
  }
}

function apiBars({ ratios }: ApiFigures): Bar[] {
  return Object.entries(ratios).map(([what, ratio]) => ({ what: `p99 of a pod create with us over that without: ${what}`, bar: 'at most 1.15', seen: ratio.toFixed(2), met: ratio <= 1.15 }));
}

function render(bars: readonly Bar[]): string {
  return `### Bars\n\n${table(['what', 'bar', 'seen', ''], bars.map(({ what, bar, seen, met }) => [what, bar, seen, met ? 'pass' : 'miss']))}`;
}
