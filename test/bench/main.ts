// npm run bench [-- NAME] [--seconds N] [--rounds N]: every benchmark, or the named one. Raw results go to docs/benchmarks.md.
import { parseArgs } from 'node:util';
import { keepResults } from './report.ts';

export interface BenchOptions {
  /** Length of one measurement. */
  readonly seconds: number;
  /** How often each measurement is taken; medians are reported. */
  readonly rounds: number;
}

const BENCHMARKS: Readonly<Record<string, (options: BenchOptions) => Promise<string>>> = {
  egress: async (options) => (await import('./egress/compare.ts')).compareEgress(options),
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
  const report = await bench({ seconds: Number(values.seconds), rounds: Number(values.rounds) });
  process.stdout.write(`${report}\n`);
  if (values.keep) keepResults(name, report, `npm run bench -- ${name} --seconds ${values.seconds} --rounds ${values.rounds}`);
}
