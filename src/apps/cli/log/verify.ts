import { verifyLog } from '../../../adapters/journal/verify-log.ts';
import type { LogReport } from '../../../core/evidence/finding.ts';
import { printableText } from '../../../core/evidence/text.ts';
import { painter } from './columns.ts';
import { printableJson } from './json.ts';

/** Exit codes of `log verify`, also in its help. */
const VERIFY_EXIT = { intact: 0, tampered: 1, incomplete: 2 } as const;

/** `log verify`: prints the report and gives the exit code. Rejects with JournalFault where there is no journal. */
export async function verifyJournal(directory: string, output: 'text' | 'json', stdout: NodeJS.WriteStream): Promise<number> {
  const report = await verifyLog(directory);
  stdout.write(output === 'json' ? `${printableJson(report, 2)}\n` : textReport(report, directory, stdout));
  return VERIFY_EXIT[report.verdict];
}

function textReport(report: LogReport, directory: string, stdout: NodeJS.WriteStream): string {
  const paint = painter(stdout);
  const { verdict, last } = report;
  const lines = [
    `${paint(verdict === 'intact' ? 'green' : verdict === 'tampered' ? 'red' : 'yellow', verdict)}  ${printableText(directory)}`,
    `${counted(report.epochs, 'epoch')}, ${counted(report.records, 'record')}, ${counted(report.calls, 'call')}, ${counted(report.blobs, 'sealed blob')}`,
    ...report.findings.map(({ grade, code, file, line, sentence }) =>
      `${paint(grade === 'tampered' ? 'red' : 'yellow', grade)}  ${file}${line === 0 ? '' : `:${line}`}: ${code}: ${printableText(sentence)}`),
    ...(report.moreFindings === 0 ? [] : [`and ${counted(report.moreFindings, 'more finding')}`]),
    ...(report.void === 0 ? [] : [`${counted(report.void, 'line')} void: refused to their callers, and said so by the next epoch`]),
    ...(report.running === 0 ? [] : [`${counted(report.running, 'call')} at the end without an outcome: still running, or the writer was killed`]),
    ...(last === undefined ? [] : [`The chain ends at epoch ${last.epoch}, seq ${last.seq}, leaf ${last.leaf}: compare it with one noted elsewhere.`]),
    'Without signed checkpoints nobody can tell from the folder alone:',
    ...report.unknowable.map((sentence) => `- ${sentence}`),
  ];
  return `${lines.join('\n')}\n`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
