import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { statePlace } from '../../../adapters/journal/place.ts';
import { verifyLog } from '../../../adapters/journal/verify-log.ts';
import { tailLog } from '../log/tail.ts';
import { runAgent } from './agent.ts';
import { differences, EXPECTED_CALLS } from './expected.ts';
import { type Gates, type Loopback, openGates } from './gates.ts';
import { type PodReview, reviewPod } from './reviews.ts';
import { sample } from './samples.ts';
import { Story } from './story.ts';

export interface UpSettings {
  readonly once: boolean;
  /** Where the proxy listens. */
  readonly listen: Loopback;
  readonly state?: string;
}

/** Starts both gates, shows them at work, and stays until a signal unless `once`. Resolves to the exit code. */
export async function up(settings: UpSettings): Promise<number> {
  // What is seen once is judged by itself: no record of an earlier day may spoil it, and none is left behind.
  const fleeting = settings.once && settings.state === undefined;
  const state = fleeting ? await mkdtemp(join(tmpdir(), 'sallyport-up-')) : (settings.state ?? statePlace(process.env, homedir()));
  try {
    await mkdir(state, { recursive: true, mode: 0o700 });
    return await tour(state, settings);
  } finally {
    if (fleeting) await rm(state, { recursive: true, force: true });
  }
}

async function tour(state: string, settings: UpSettings): Promise<number> {
  const story = new Story((text) => process.stdout.write(text), process.stdout.isTTY && !process.env['NO_COLOR']);
  const gates = await openGates(state, settings.listen);
  try {
    const wrong = [...(await gateOne(gates, story)), ...(await gateTwo(gates, story)), ...(await record(gates, story))];
    for (const sentence of wrong) story.problem(sentence);
    if (settings.once) {
      story.heading(wrong.length === 0 ? 'Everything was as it should be.' : 'Something was not as it should be.');
      return wrong.length === 0 ? 0 : 1;
    }
    whatNext(gates, story);
    await untilStopped();
    return 0;
  } finally {
    await gates.close();
  }
}

async function gateOne(gates: Gates, story: Story): Promise<string[]> {
  story.heading(`Gate one, admission: https://127.0.0.1:${gates.webhook.port}  (a pod has to be a proven sandbox)`);
  const bare = await reviewed(gates, story, 'pod-bare.yaml');
  const agent = await reviewed(gates, story, 'pod-agent.yaml');
  return [
    ...(bare.allowed || bare.causes.length === 0 ? ['the bare pod should have been refused with its faults'] : []),
    ...(agent.allowed && agent.injected.includes('sallyport-proxy') ? [] : ['the hardened pod should have been injected and admitted']),
  ];
}

async function reviewed(gates: Gates, story: Story, name: string): Promise<PodReview> {
  const review = await reviewPod(gates.webhook, sample(name));
  story.review(`deploy/samples/${name}`, review);
  return review;
}

async function gateTwo(gates: Gates, story: Story): Promise<string[]> {
  const { host, port } = gates.proxy;
  story.heading(`Gate two, egress: http://${host}:${port}  (a tool call has to be permitted, and recorded first)`);
  const lines = await runAgent({ script: sample('agent.mjs'), proxyPort: port, caFile: gates.caFile, trackerUrl: gates.trackerUrl });
  for (const line of lines) story.call(line);
  const reached = gates.tracker.seen.length;
  return [...differences(lines), ...(reached === 2 ? [] : [`the tool should have seen the two permitted calls and saw ${reached}`])];
}

async function record(gates: Gates, story: Story): Promise<string[]> {
  story.heading(`The record: ${gates.journal}  (an intent before each effect, an outcome after it)`);
  await tailLog({ directory: gates.journal, count: EXPECTED_CALLS.length, follow: false, output: 'text', stdout: process.stdout, signal: new AbortController().signal });
  const { verdict, records, calls } = await verifyLog(gates.journal);
  story.line(`log verify: ${verdict}, ${records} records of ${calls} calls`);
  return verdict === 'intact' ? [] : [`the log should be intact and is ${verdict}`];
}

function whatNext(gates: Gates, story: Story): void {
  const proxy = `http://${gates.proxy.host}:${gates.proxy.port}`;
  story.heading('Both gates stay up. In another terminal:');
  story.line(`  npm run -s sallyport -- log tail --journal ${gates.journal}`);
  story.line(`  curl --proxy ${proxy} --cacert ${gates.caFile} ${gates.trackerUrl}/projects/shop/issues/7`);
  story.line(`  curl --proxy ${proxy} --cacert ${gates.caFile} https://paste.example.net/`);
  story.line(`  edit ${gates.policyFile} and call again: it is read at once`);
  story.line('  npm run -s sallyport -- check deploy/samples/pod-bare.yaml --profile contained');
  story.line('  npm run -s sallyport -- --help');
  story.line();
  story.line('Ctrl-C ends both.');
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
}
