// One measurement: N clients, each with its own connection, that each create the next pod when the answer of the last is whole, for some seconds.
// Argument: a `Creates` as JSON. Prints a `Created` as JSON.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';

export interface Creates {
  readonly kubeconfig: string;
  /** Collection and query: `/api/v1/namespaces/NAME/pods?dryRun=All`. */
  readonly path: string;
  /** The pod as JSON. */
  readonly body: string;
  readonly clients: number;
  readonly seconds: number;
  /** Stop after so many, however fast. */
  readonly most: number;
}

export interface Created {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  /** What the first request that failed was told. */
  readonly firstError?: string;
}

const load = JSON.parse(process.argv[2] ?? '{}') as Creates;
const { server, ...credentials } = access(load.kubeconfig);
const body = Buffer.from(load.body);
const times: number[] = [];
let errors = 0;
let firstError: string | undefined;

function access(file: string): { server: string; ca: Buffer; cert: Buffer; key: Buffer } {
  const config = parse(readFileSync(file, 'utf8')) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
  };
  const [cluster, user] = [config.clusters[0]?.cluster, config.users[0]?.user];
  if (cluster === undefined || user === undefined) throw new Error(`${file}: expected a cluster and a user with a client certificate`);
  return { server: cluster.server, ca: decoded(cluster['certificate-authority-data']), cert: decoded(user['client-certificate-data']), key: decoded(user['client-key-data']) };
}

function decoded(text: string): Buffer {
  return Buffer.from(text, 'base64');
}

function create(agent: Agent): Promise<void> {
  const started = performance.now();
  return new Promise((resolve) => {
    const failed = (why: string): void => {
      errors += 1;
      firstError ??= why.slice(0, 2000);
      resolve();
    };
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(new URL(load.path, server), { method: 'POST', agent, headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
        if (response.statusCode !== 201) return failed(Buffer.concat(parts).toString());
        times.push(performance.now() - started);
        resolve();
      });
    });
    sent.on('error', (error) => failed(error.message)).end(body);
  });
}

async function client(until: number): Promise<void> {
  const agent = new Agent({ ...credentials, keepAlive: true, maxSockets: 1 });
  while (performance.now() < until && times.length + errors < load.most) await create(agent);
  agent.destroy();
}

const begun = performance.now();
await Promise.all(Array.from({ length: load.clients }, () => client(begun + load.seconds * 1000)));
const seconds = (performance.now() - begun) / 1000;
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
const created: Created = { requests: times.length, seconds, p50: at(0.5), p99: at(0.99), errors, ...(firstError === undefined ? {} : { firstError }) };
process.stdout.write(JSON.stringify(created));
