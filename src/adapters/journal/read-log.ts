import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { IntentDraft, OutcomeDraft } from '../../core/evidence/draft.ts';
import { readLine } from '../../core/evidence/read-line.ts';
import type { LogRecord, Stamp } from '../../core/evidence/record.ts';
import { JournalFault, faultOf } from './fault.ts';
import { listEpochs } from './layout.ts';
import type { EpochName } from './layout.ts';
import { LineReader } from './line-reader.ts';
import { readEnd } from './read-end.ts';

/** How often a log that is followed is looked at. */
const POLL = 100;

/** Behind which byte of which epoch reading goes on. */
export interface LogPlace {
  readonly epoch: number;
  readonly offset: number;
}

export interface CallRecords {
  readonly call: string;
  readonly intent?: IntentDraft & Stamp;
  readonly outcome?: OutcomeDraft & Stamp;
}

/** At least the last `count` records, oldest first, and where they end. Lines that cannot be read are passed over: `log verify` names them. */
export function lastRecords(directory: string, count: number): { records: LogRecord[]; end: LogPlace } {
  const epochs = epochsOf(directory);
  const records: LogRecord[] = [];
  let end: LogPlace | undefined;
  for (const { epoch, name } of epochs.toReversed()) {
    if (records.length >= count) break;
    const { lines, wholeSize } = reading(join(directory, name), (path) => readEnd(path, Math.max(1, count)));
    end ??= { epoch, offset: wholeSize };
    records.unshift(...readable(lines.map(({ bytes }) => bytes)));
  }
  return { records, end: end ?? { epoch: 0, offset: 0 } };
}

/** What is written behind `from`, as it is written, through restarts of the writer, until the signal. */
export async function* followRecords(directory: string, from: LogPlace, signal: AbortSignal): AsyncGenerator<LogRecord> {
  let { epoch, offset } = from;
  while (!signal.aborted) {
    const next = epochsOf(directory).find((candidate) => candidate.epoch > epoch);
    const current = epochsOf(directory).find((candidate) => candidate.epoch === epoch);
    if (current !== undefined) {
      // A later epoch exists before this file is read for the last time, so nothing of it is left behind.
      for (const bytes of linesBehind(join(directory, current.name), offset)) {
        offset += bytes.length + 1;
        yield* readable([bytes]);
      }
    }
    if (next !== undefined) ({ epoch, offset } = { epoch: next.epoch, offset: 0 });
    else await wait(POLL, undefined, { signal }).catch(() => undefined);
  }
}

/** The records of each call whose id is, or ends with, or starts with, the given text. */
export function findCalls(directory: string, text: string): CallRecords[] {
  const calls = new Map<string, CallRecords>();
  for (const { name } of epochsOf(directory)) {
    for (const bytes of linesBehind(join(directory, name), 0)) {
      // Most lines do not hold the text at all, and need no parsing.
      if (!bytes.includes(text)) continue;
      for (const record of readable([bytes])) collect(calls, record, text);
    }
  }
  return [...calls.values()];
}

function collect(calls: Map<string, CallRecords>, record: LogRecord, text: string): void {
  if (record.kind !== 'intent' && record.kind !== 'outcome') return;
  const { call } = record;
  if (!call.startsWith(text) && !call.endsWith(text)) return;
  const before = calls.get(call) ?? { call };
  calls.set(call, record.kind === 'intent' ? { ...before, intent: record } : { ...before, outcome: record });
}

function* linesBehind(path: string, offset: number): Generator<Buffer> {
  using reader = reading(path, () => new LineReader(path, offset));
  for (let lines = reader.next(); lines !== undefined; lines = reader.next()) {
    yield* lines;
  }
}

function* readable(lines: Iterable<Uint8Array>): Generator<LogRecord> {
  for (const line of lines) {
    const read = readLine(line);
    if (read.ok) yield read.record;
  }
}

function epochsOf(directory: string): EpochName[] {
  const epochs = reading(directory, listEpochs);
  if (epochs.length === 0) throw new JournalFault('unusable', `expected a journal in ${directory}, found no epoch file: name its folder`);
  return epochs;
}

function reading<T>(path: string, act: (path: string) => T): T {
  try {
    return act(path);
  } catch (error) {
    throw faultOf('reading', path, error, 'unusable');
  }
}
