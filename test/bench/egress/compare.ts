import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchOptions } from '../main.ts';
import { median, table } from '../report.ts';
import { type Contestant, mitmproxy, openssl, ours, type Setting, squid } from './contestants.ts';
import type { Load, Measured } from './load.ts';
import { start, untilListening, type Usage, usage } from './process.ts';

const HERE = new URL('.', import.meta.url).pathname;
const CASES: readonly (Pick<Load, 'path' | 'connections' | 'fresh'> & { readonly name: string })[] = [
  { name: 'small GET, 1 connection', path: '/small', connections: 1 },
  { name: 'small GET, 16 connections', path: '/small', connections: 16 },
  { name: 'small GET, 64 connections', path: '/small', connections: 64 },
  { name: 'new TLS connection per call, 4 at a time', path: '/small', connections: 4, fresh: true },
  { name: '10 MiB download, 4 connections', path: '/large', connections: 4 },
];

const WARM_UP = { path: '/small', connections: 16, seconds: 5 };

interface Way {
  readonly name: string;
  readonly pid?: number;
  readonly proxyPort?: number;
  readonly caFile: string;
  readonly idle?: Usage;
  /** Milliseconds from its start until it took connections. */
  readonly ready?: number;
}

interface Sample extends Measured {
  /** CPU seconds of the proxy. */
  readonly cpu?: number;
  readonly memory?: number;
}

/** Direct, mitmproxy, squid with ssl-bump and ours in turns, case by case; the report as Markdown. */
export async function compareEgress(options: BenchOptions): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'));
  const children: { kill: () => boolean }[] = [];
  try {
    const setting = await upstream(folder, children);
    const ways: Way[] = [{ name: 'direct', caFile: setting.upstreamCa }];
    const missing: string[] = [];
    for (const [name, make] of Object.entries({ mitmproxy, 'squid ssl-bump': squid, sallyport: ours })) {
      const contestant = await make(setting);
      if (contestant) ways.push(await enter(contestant, children));
      else missing.push(`${name} could not be installed here and is not in the table.`);
    }
    return [atRest(ways), ...(await sections(ways, setting, options)), ...missing].join('\n\n');
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function upstream(folder: string, children: { kill: () => boolean }[]): Promise<Setting> {
  const file = (name: string): string => join(folder, name);
  openssl(['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=bench', '-keyout', file('ca.key'), '-out', file('ca.crt')]);
  openssl(['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=localhost', '-keyout', file('up.key'), '-out', file('up.csr')]);
  writeFileSync(file('san'), 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n');
  openssl(['x509', '-req', '-in', file('up.csr'), '-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', file('san'), '-out', file('up.crt')]);
  const child = start(process.execPath, [join(HERE, 'upstream.ts'), file('up.key'), file('up.crt')]);
  children.push(child);
  const port = await new Promise<number>((resolve) => child.stdout?.once('data', (line: Buffer) => resolve(Number(line.toString()))));
  return { folder, upstreamPort: port, upstreamCa: file('ca.crt') };
}

async function enter(contestant: Contestant, children: { kill: () => boolean }[]): Promise<Way> {
  const child = start(contestant.command, contestant.args);
  children.push(child);
  const ready = await untilListening(contestant.port, child);
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const pid = child.pid ?? 0;
  return { name: contestant.name, pid, proxyPort: contestant.port, caFile: contestant.caFile, idle: usage(pid), ready };
}

async function sections(ways: readonly Way[], setting: Setting, options: BenchOptions): Promise<string[]> {
  const parts: string[] = [];
  // Proxies run for days: what each of them compiles or caches in its first seconds is not measured.
  for (const way of ways) await measure(way, { ...loadOf(WARM_UP, way, setting), seconds: WARM_UP.seconds });
  for (const one of CASES) {
    const samples = new Map<Way, Sample[]>(ways.map((way) => [way, []]));
    for (let round = 0; round < options.rounds; round += 1) {
      for (const way of ways) {
        process.stderr.write(`bench: ${one.name}, round ${round + 1}, ${way.name}\n`);
        samples.get(way)?.push(await measure(way, { ...loadOf(one, way, setting), seconds: options.seconds }));
      }
    }
    parts.push(`### ${one.name}\n\n${render(ways, samples)}`);
  }
  return parts;
}

function loadOf({ path, connections, fresh = false }: Pick<Load, 'path' | 'connections' | 'fresh'>, { caFile }: Way, { upstreamPort }: Setting): Omit<Load, 'seconds'> {
  return { target: { host: 'localhost', port: upstreamPort }, path, connections, caFile, fresh };
}

async function measure(way: Way, load: Load): Promise<Sample> {
  const whole: Load = way.proxyPort === undefined ? load : { ...load, proxyPort: way.proxyPort };
  const before = way.pid === undefined ? undefined : usage(way.pid);
  const { stdout } = await promisify(execFile)(process.execPath, [join(HERE, 'load.ts'), JSON.stringify(whole)], { timeout: (load.seconds + 60) * 1000 });
  const measured = JSON.parse(stdout) as Measured;
  if (way.pid === undefined || !before) return measured;
  const after = usage(way.pid);
  return { ...measured, cpu: after.cpu - before.cpu, memory: after.memory };
}

function atRest(ways: readonly Way[]): string {
  const rows = ways.filter(({ pid }) => pid !== undefined).map(({ name, ready, idle }) => [name, (ready ?? 0).toFixed(0), mib(idle?.memory)]);
  return `### at rest\n\n${table(['way', 'ready after ms', 'idle MiB'], rows)}`;
}

function render(ways: readonly Way[], samples: ReadonlyMap<Way, readonly Sample[]>): string {
  const of = (way: Way, figure: (sample: Sample) => number): number => median((samples.get(way) ?? []).map(figure));
  const [direct] = ways;
  const base = (figure: (sample: Sample) => number): number => (direct ? of(direct, figure) : 0);
  const rows = ways.map((way) => [
    way.name,
    of(way, (one) => one.requests / one.seconds).toFixed(0),
    way === direct ? `(${base((one) => one.p50).toFixed(3)})` : (of(way, (one) => one.p50) - base((one) => one.p50)).toFixed(3),
    way === direct ? `(${base((one) => one.p99).toFixed(3)})` : (of(way, (one) => one.p99) - base((one) => one.p99)).toFixed(3),
    way.pid === undefined ? '' : of(way, (one) => ((one.cpu ?? 0) * 1e6) / one.requests).toFixed(0),
    way.pid === undefined ? '' : mib(of(way, (one) => one.memory ?? 0)),
    String((samples.get(way) ?? []).reduce((sum, one) => sum + one.errors, 0)),
  ]);
  return table(['way', 'requests/s', 'added p50 ms', 'added p99 ms', 'CPU µs a request', 'loaded MiB', 'errors'], rows);
}

function mib(bytes: number | undefined): string {
  return bytes === undefined ? '' : (bytes / 2 ** 20).toFixed(0);
}
