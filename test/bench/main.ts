// npm run bench [-- NAME] [--seconds N] [--rounds N]: every benchmark, or the named one. Reports go to docs/benchmarks.md, raw results
// beside it. Ends with 1 where a bar of the design is missed.
import { parseArgs } from 'node:util';
import { keepRaw, keepResults } from './report.ts';

export interface BenchOptions {
  /** Length of one measurement. */
  readonly seconds: number;
  /** How often each measurement is taken; medians are reported. */
  readonly rounds: number;
}

export interface Outcome {
  /** Markdown. */
  readonly report: string;
  /** Bars that were not met, with what was seen. */
  readonly missed: readonly string[];
  /** Every sample, as JSON. */
  readonly raw?: object;
}

const BENCHMARKS: Readonly<Record<string, (options: BenchOptions) => Promise<Outcome>>> = {
  egress: async (options) => ({ report: await (await import('./egress/compare.ts')).compareEgress(options), missed: [] }),
  admission: async (options) => (await import('./admission/compare.ts')).compareAdmission(options),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' }, keep: { type: 'boolean', default: true } },
  allowNegative: true,
});
const unknown = positionals.filter((name) => !(name in BENCHMARKS));
if (unknown.length > 0) {
  process.stderr.write(`bench: no benchmark is called ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}\n`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(BENCHMARKS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const { report, missed, raw } = await bench({ seconds: Number(values.seconds), rounds: Number(values.rounds) });
  process.stdout.write(`${report}\n`);
  for (const bar of missed) process.stderr.write(`bench: missed: ${bar}\n`);
  if (missed.length > 0) process.exitCode = 1;
  if (!values.keep) continue;
  keepResults(name, report, `npm run bench -- ${name} --seconds ${values.seconds} --rounds ${values.rounds}`);
  if (raw !== undefined) keepRaw(name, raw);
}
