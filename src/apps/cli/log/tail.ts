import { followRecords, lastRecords } from '../../../adapters/journal/read-log.ts';
import type { LogRecord } from '../../../core/evidence/record.ts';
import { Columns, painter } from './columns.ts';
import { printableJson } from './json.ts';
import { Rows } from './row.ts';
import type { Row } from './row.ts';

export interface TailOptions {
  readonly directory: string;
  /** Calls and notices to begin with. */
  readonly count: number;
  readonly follow: boolean;
  readonly output: 'text' | 'json';
  readonly stdout: NodeJS.WriteStream;
  readonly signal: AbortSignal;
}

/** `log tail`. Rejects with JournalFault where there is no journal. */
export async function tailLog(options: TailOptions): Promise<void> {
  const { directory, count, follow, output, signal } = options;
  // Two records a call, and room for outcomes of calls that began long before.
  const { records, end } = lastRecords(directory, output === 'json' ? count : count * 4 + 200);
  const printer = output === 'json' ? jsonPrinter(options) : textPrinter(options);
  printer.first(records);
  if (!follow) return;
  for await (const record of followRecords(directory, end, signal)) printer.next(record);
}

interface Printer {
  first(records: readonly LogRecord[]): void;
  next(record: LogRecord): void;
}

function jsonPrinter({ stdout, count }: TailOptions): Printer {
  const next = (record: LogRecord): void => {
    stdout.write(`${printableJson(record)}\n`);
  };
  return { first: (records) => latest(records, count).forEach(next), next };
}

function textPrinter({ stdout, count, follow }: TailOptions): Printer {
  const rows = new Rows();
  const columns = new Columns(painter(stdout));
  let day = '';
  const print = (row: Row): void => {
    if (row.day !== '' && row.day !== day) stdout.write(`${columns.dayLine(row.day)}\n`);
    day = row.day || day;
    stdout.write(`${columns.line(row)}\n`);
  };
  return {
    first: (records) => {
      const finished = records.map((record) => rows.take(record)).filter((row) => row !== undefined);
      const shown = latest([...finished, ...(follow ? [] : rows.open())], count);
      columns.fit(shown);
      stdout.write(`${columns.heading()}\n`);
      shown.forEach(print);
    },
    next: (record) => {
      const row = rows.take(record);
      if (row !== undefined) print(row);
    },
  };
}

function latest<T>(list: readonly T[], count: number): readonly T[] {
  return list.slice(Math.max(0, list.length - count));
}
