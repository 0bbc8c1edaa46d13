// One measurement: reviews sent over HTTPS keep-alive at a rate that does not wait for answers. Gaps between them are random (a Poisson
// process with a fixed seed); the time of a review is from when it was due, so that a server which stalls is charged for all who wait.
// Argument: a `Reviews` as JSON. Prints a `Reviewed` as JSON.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

export interface Reviews {
  readonly port: number;
  /** `/validate` or `/mutate`. */
  readonly path: string;
  readonly caFile: string;
  readonly serverName: string;
  /** File with the AdmissionReview as JSON. */
  readonly bodyFile: string;
  /** Reviews a second. */
  readonly rate: number;
  readonly seconds: number;
}

export interface Reviewed {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly errors: number;
  /** Whether the first answer allowed. */
  readonly allowed?: boolean;
}

/** As many as the API server keeps idle for one webhook. */
const CONNECTIONS = 25;

const load = JSON.parse(process.argv[2] ?? '{}') as Reviews;
const body = readFileSync(load.bodyFile);
const agent = new Agent({ ca: readFileSync(load.caFile), servername: load.serverName, keepAlive: true, maxSockets: CONNECTIONS });
const times: number[] = [];
let errors = 0;
let allowed: boolean | undefined;

function review(due: number): Promise<void> {
  return new Promise((resolve) => {
    const failed = (): void => {
      errors += 1;
      resolve();
    };
    const options = { host: '127.0.0.1', port: load.port, path: `${load.path}?timeout=5s`, method: 'POST', agent, headers: { 'content-type': 'application/json', 'content-length': body.length } };
    const sent = request(options, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
        times.push(performance.now() - due);
        if (response.statusCode !== 200) return failed();
        allowed ??= (JSON.parse(Buffer.concat(parts).toString()) as { response: { allowed: boolean } }).response.allowed;
        resolve();
      });
    });
    sent.on('error', failed).end(body);
  });
}

/** Numbers in [0, 1) that are the same in every run (xorshift, G. Marsaglia 2003). */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const random = sequence(20_260_101);
const answers: Promise<void>[] = [];
const begun = performance.now();
const end = begun + load.seconds * 1000;
let due = begun;
while (due < end) {
  // A timer is a millisecond late and more; a turn of the loop is not.
  while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
  answers.push(review(due));
  due += (-Math.log(1 - random()) * 1000) / load.rate;
}
await Promise.all(answers);
agent.destroy();
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
const reviewed: Reviewed = { requests: times.length, seconds: (performance.now() - begun) / 1000, p50: at(0.5), p99: at(0.99), worst: times.at(-1) ?? Number.NaN, errors, ...(allowed === undefined ? {} : { allowed }) };
process.stdout.write(JSON.stringify(reviewed));
