import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../repository/imports.ts';

const PAGE = join(ROOT, 'docs/benchmarks.md');
const HEAD = `# Benchmarks

Written by \`npm run bench\`. Each comparison is taken side by side in one run, in turns, on the machine that it names; compare ratios,
not absolute times of different runs.
`;

/** Replaces the named benchmark's section of docs/benchmarks.md. */
export function keepResults(name: string, report: string, command: string): void {
  const page = existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : HEAD;
  const [open, close] = [`<!-- ${name} -->`, `<!-- end ${name} -->`];
  const section = `${open}\n## ${name}\n\n\`${command}\` on ${machine()}.\n\n${report.trim()}\n${close}`;
  const start = page.indexOf(open);
  const rest = start < 0 ? '' : page.slice(page.indexOf(close) + close.length);
  writeFileSync(PAGE, start < 0 ? `${page}\n${section}\n` : page.slice(0, start) + section + rest);
}

/** Keeps every sample of a benchmark in docs/benchmarks/NAME.json, a line each. */
export function keepRaw(name: string, raw: object): void {
  const folder = join(ROOT, 'docs/benchmarks');
  mkdirSync(folder, { recursive: true });
  const sections = Object.entries(raw).map(([section, samples]) => `${JSON.stringify(section)}: ${lines(samples)}`);
  writeFileSync(join(folder, `${name}.json`), `{\n${sections.join(',\n')}\n}\n`);
}

function lines(samples: unknown): string {
  return Array.isArray(samples) ? `[\n${samples.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]` : JSON.stringify(samples);
}

function machine(): string {
  return `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.version}`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(head), line(head.map((_, index) => (index === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
