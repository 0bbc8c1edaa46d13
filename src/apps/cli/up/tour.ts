import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../../adapters/journal/make-folder.ts';
import { statePlace } from '../../../adapters/journal/place.ts';
import { verifyLog } from '../../../adapters/journal/verify-log.ts';
import { formatProblem, type Problem } from '../../../core/policy/problem.ts';
import { tailLog } from '../log/tail.ts';
import { type AgentLine, differences, EXPECTED_CALLS } from './expected.ts';
import { runAgent } from './agent.ts';
import { type Gates, type Loopback, openGates } from './gates.ts';
import { type PodReview, reviewPod } from './reviews.ts';
import { Story } from './story.ts';
import { sample, type Whereabouts, whereabouts } from './whereabouts.ts';

export interface UpSettings {
  readonly once: boolean;
  /** Where the proxy listens. */
  readonly listen: Loopback;
  readonly state?: string;
  /** `json`: nothing but one document at the end, a `TourReport`; only with `once`, since else there is no end. */
  readonly output: 'text' | 'json';
}

export interface TourReport {
  /** What was not as it should be, a sentence each; empty if the tour succeeded. */
  readonly wrong: readonly string[];
  readonly reviews: readonly PodReview[];
  readonly calls: readonly AgentLine[];
  readonly record: { readonly verdict: string; readonly records: number; readonly calls: number };
}

/** Starts both gates, shows them at work, and stays until a signal unless `once`. Resolves to the exit code. */
export async function up(settings: UpSettings): Promise<number> {
  // What is seen once is judged by itself: no record of an earlier day may spoil it, and none is left behind.
  const fleeting = settings.once && settings.state === undefined;
  const state = fleeting ? await mkdtemp(join(tmpdir(), 'sallyport-up-')) : (settings.state ?? ownFolder(new Date()));
  try {
    makeFolder(state);
    return await show(state, settings);
  } finally {
    if (fleeting) await rm(state, { recursive: true, force: true });
  }
}

/** One for each start: the journal is this tour's alone, and an edited policy of the last one stays where it is. */
function ownFolder(now: Date): string {
  return join(statePlace(process.env, homedir()), 'up', now.toISOString().slice(0, 19).replaceAll(':', '-'));
}

async function show(state: string, settings: UpSettings): Promise<number> {
  const { listen, once, output } = settings;
  const told = output === 'text';
  const story = new Story((text) => { if (told) process.stdout.write(text); }, process.stdout.isTTY && !process.env['NO_COLOR']);
  const place = whereabouts();
  const gates = await openGates(state, listen, (problems) => { tellReload(story, problems); });
  try {
    const report = await tour(gates, story, place, told);
    for (const sentence of report.wrong) story.problem(sentence);
    if (!told) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    if (!once) {
      whatNext(gates, story, place);
      await untilStopped();
      return 0;
    }
    if (settings.state === undefined) story.line('Now that the tour is over the record is deleted; --state <dir> keeps it.');
    story.heading(report.wrong.length === 0 ? 'Everything was as it should be.' : 'Something was not as it should be.');
    return report.wrong.length === 0 ? 0 : 1;
  } finally {
    await gates.close();
  }
}

async function tour(gates: Gates, story: Story, place: Whereabouts, told: boolean): Promise<TourReport> {
  const reviews = await gateOne(gates, story, place);
  const calls = await gateTwo(gates, story);
  const record = await readRecord(gates, story, told);
  return { wrong: [...wrongReviews(reviews), ...wrongCalls(gates, calls), ...wrongRecord(record)], reviews, calls, record };
}

async function gateOne(gates: Gates, story: Story, place: Whereabouts): Promise<PodReview[]> {
  story.heading(`Gate one, admission: https://127.0.0.1:${gates.webhook.port}  (a pod has to be a proven sandbox)`);
  const reviews: PodReview[] = [];
  for (const name of ['pod-bare.yaml', 'pod-agent.yaml']) {
    const review = await reviewPod(gates.webhook, sample(name));
    story.review(place.sample(name), review);
    reviews.push(review);
  }
  return reviews;
}

function wrongReviews([bare, agent]: readonly PodReview[]): string[] {
  return [
    ...(bare?.allowed === false && bare.causes.length > 0 ? [] : ['the bare pod should have been refused with its faults']),
    ...(agent?.allowed === true && agent.injected.includes('sallyport-proxy') ? [] : ['the hardened pod should have been injected and admitted']),
  ];
}

async function gateTwo(gates: Gates, story: Story): Promise<AgentLine[]> {
  const { host, port } = gates.proxy;
  story.heading(`Gate two, egress: http://${host}:${port}  (a tool call has to be permitted, and recorded first)`);
  const lines = await runAgent({ script: sample('agent.mjs'), proxyPort: port, caFile: gates.caFile, trackerUrl: gates.trackerUrl });
  for (const line of lines) story.call(line);
  return lines;
}

function wrongCalls(gates: Gates, lines: readonly AgentLine[]): string[] {
  const reached = gates.tracker.seen.length;
  return [...differences(lines), ...(reached === 2 ? [] : [`the tool should have seen the two permitted calls and saw ${reached}`])];
}

async function readRecord(gates: Gates, story: Story, told: boolean): Promise<TourReport['record']> {
  story.heading(`The record: ${gates.journal}  (an intent before each effect, an outcome after it)`);
  if (told) await tailLog({ directory: gates.journal, count: EXPECTED_CALLS.length, follow: false, output: 'text', stdout: process.stdout, signal: new AbortController().signal });
  const { verdict, records, calls } = await verifyLog(gates.journal);
  story.line(`log verify: ${verdict}, ${records} records of ${calls} calls`);
  return { verdict, records, calls };
}

function wrongRecord({ verdict }: TourReport['record']): string[] {
  return verdict === 'intact' ? [] : [`the log should be intact and is ${verdict}`];
}

function whatNext(gates: Gates, story: Story, { program, sample: path }: Whereabouts): void {
  const proxy = `http://${gates.proxy.host}:${gates.proxy.port}`;
  story.heading('Both gates stay up. In another terminal:');
  story.line(`  ${program} log tail --journal ${gates.journal}`);
  story.line(`  curl --proxy ${proxy} --cacert ${gates.caFile} ${gates.trackerUrl}/projects/shop/issues/7`);
  story.line(`  curl --proxy ${proxy} --cacert ${gates.caFile} https://paste.example.net/`);
  story.line(`  edit ${gates.policyFile} and call again: it is read at once`);
  story.line(`  ${program} check ${path('pod-bare.yaml')} --profile contained`);
  story.line(`  ${program} --help`);
  story.line();
  story.line('Ctrl-C ends both.');
}

/** By a signal, or because nobody reads the story any more. */
function tellReload(story: Story, problems: readonly Problem[]): void {
  if (problems.length === 0) return story.line('The changed policy is in force.');
  for (const problem of problems) story.problem(formatProblem(problem));
  story.line('The last good policy stays in force.');
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    process.stdout.once('error', () => resolve());
    if (process.stdout.destroyed) resolve();
  });
}
