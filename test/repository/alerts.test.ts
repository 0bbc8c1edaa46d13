import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createMetrics as controllerMetrics } from '../../src/apps/controller/metrics.ts';
import { takeLead } from '../../src/apps/webhook/leadership.ts';
import { createMetrics as webhookMetrics } from '../../src/apps/webhook/metrics.ts';
import { scanMetrics } from '../../src/apps/webhook/scan/metrics.ts';
import { KubeStore } from '../fakes/kube-store.ts';
import { ROOT } from './imports.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<'summary' | 'description' | 'runbook', string>>;
}

interface Metric {
  readonly type: string;
  readonly labels: ReadonlySet<string>;
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const objects = parseAllDocuments(read('deploy/alerts.yaml')).map((document) => document.toJS() as { kind: string; spec: { groups: { name: string; rules: Rule[] }[] } });
const rules = objects.filter(({ kind }) => kind === 'PrometheusRule').flatMap(({ spec }) => spec.groups.flatMap((group) => group.rules));
const panels = (JSON.parse(read('deploy/dashboard.json')) as { panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[] }).panels;
const queries = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** What a scrape adds by itself. */
const SCRAPED = ['job', 'pod', 'namespace', 'instance', 'le'];

async function exported(): Promise<ReadonlyMap<string, Metric>> {
  const webhook = new Registry();
  webhookMetrics(webhook);
  scanMetrics(webhook);
  const client = new KubeStore().client;
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const lead = takeLead({ watch: { client, now: Date.now, random: Math.random }, registry: webhook, log: quiet });
  const controller = controllerMetrics({ streams: () => 0, brokenPolicies: () => 0 }).registry;
  const all = [webhook, controller].flatMap((registry) => registry.getMetricsAsArray() as unknown as { name: string; type: string; labelNames?: string[] }[]);
  await lead.stop();
  return new Map(all.map(({ name, type, labelNames = [] }) => [name, { type, labels: new Set([...labelNames, ...SCRAPED]) }]));
}

/** The names in a query, each with the labels that stand in its braces; `apiserver_` is not ours. */
function named(expr: string): { name: string; labels: string[] }[] {
  const selectors = expr.matchAll(/\b((?:sallyport|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g);
  return [...selectors].map(([, name = '', inside = '']) => ({ name, labels: [...inside.matchAll(/([a-z_]+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label) }));
}

/** What a query groups by. */
function grouped(expr: string): string[] {
  return [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, inside = '']) => inside.split(',').map((label) => label.trim()));
}

function metricOf(name: string, metrics: ReadonlyMap<string, Metric>): Metric | undefined {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return metrics.get(name) ?? (metrics.get(base)?.type === 'histogram' ? metrics.get(base) : undefined);
}

describe('the sample alerts and the dashboard', async () => {
  const metrics = await exported();

  test.each(queries)('%s asks for metrics and labels that there are: %s', (_, expr) => {
    const ours = named(expr);
    for (const { name, labels } of ours) {
      const metric = metricOf(name, metrics);
      expect(metric, name).toBeDefined();
      for (const label of labels) expect([...metric?.labels ?? []], `${name}{${label}}`).toContain(label);
    }
    if (ours.length > 0 && !expr.includes('apiserver_')) {
      const known = new Set(ours.flatMap(({ name }) => [...metricOf(name, metrics)?.labels ?? []]));
      for (const label of grouped(expr)) expect([...known], `by (${label})`).toContain(label);
    }
  });

  test('look at every metric of ours: one that nobody looks at is one too many', () => {
    const asked = new Set(queries.flatMap(([, expr]) => [...expr.matchAll(/sallyport_[a-z0-9_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))));
    expect([...metrics.keys()].filter((name) => name.startsWith('sallyport_') && !asked.has(name))).toEqual([]);
  });

  test('ask the API server for nothing but what the drill has seen it count', () => {
    const asked = new Set(queries.flatMap(([, expr]) => [...expr.matchAll(/apiserver_[a-z0-9_]+/g)].map(([name]) => name)));
    expect([...asked].sort()).toEqual(['apiserver_admission_webhook_admission_duration_seconds_bucket', 'apiserver_admission_webhook_fail_open_count', 'apiserver_admission_webhook_rejection_count']);
  });

  test.each(rules)('$alert says how bad it is and where in the operations page to go on', ({ labels, annotations }) => {
    expect(['info', 'warning', 'critical']).toContain(labels.severity);
    expect(annotations.summary).toMatch(/^\S.{10,}/);
    const [, anchor = ''] = /^docs\/operations\.md#([a-z0-9-]+)$/.exec(annotations.runbook) ?? [];
    const headings = [...read('docs/operations.md').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '').replaceAll(' ', '-'));
    expect(headings).toContain(anchor);
  });
});
