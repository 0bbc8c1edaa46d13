import { parseArgs } from 'node:util';
import { loadTarget, targetNames } from './discover.ts';
import { fuzz, type FuzzTarget } from './run.ts';

const USAGE = `npm run fuzz -- [NAME...] [--runs N] [--seconds N] [--seed S]

Mutates the seeds of each target (all, or those named) until a property is violated, N runs are done (100000) or the
seconds are over (60 for each). Ends with 1 and the input in hexadecimal where something was found; the same seed
repeats the same run.
`;

/** Ends 0 where nothing was found, 1 with a finding, 2 where the command was wrong. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '100000' },
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() >>> 0) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const [runs, seconds, seed] = [values.runs, values.seconds, values.seed].map(Number);
  const names = await targetNames();
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined || ![runs, seconds, seed].every(Number.isFinite)) {
    process.stderr.write(`${unknown === undefined ? 'expected numbers after --runs, --seconds and --seed' : `no target "${unknown}"; there are: ${names.join(', ')}`}\n\n${USAGE}`);
    return 2;
  }
  let status = 0;
  for (const name of positionals.length > 0 ? positionals : names) {
    if (!await report(await loadTarget(name), seed ?? 0, runs ?? 0, seconds ?? 0)) status = 1;
  }
  return status;
}

async function report(target: FuzzTarget, seed: number, runs: number, seconds: number): Promise<boolean> {
  const start = Date.now();
  const result = await fuzz(target, seed, { runs, milliseconds: seconds * 1_000 });
  const took = ((Date.now() - start) / 1_000).toFixed(1);
  if (result.finding === undefined) {
    process.stdout.write(`${target.name}: nothing found in ${result.runs} runs, ${took} s (--seed ${seed})\n`);
    return true;
  }
  const { input, error } = result.finding;
  process.stdout.write(`${target.name}: FOUND after ${result.runs} runs, ${took} s (--seed ${seed})\n${error instanceof Error ? error.stack : String(error)}\ninput: ${Buffer.from(input).toString('hex')}\n`);
  return false;
}

process.exitCode = await main(process.argv.slice(2));
