import { FIXABLE_REASONS } from '../../../core/checks/fixes.ts';
import type { Manifest } from '../manifest/read.ts';
import { subjectText, type Style } from '../manifest/report.ts';
import type { PlacedFault, ReviewedManifest } from '../manifest/review.ts';

/** What a person has to decide, as the hardened text has it. */
export interface Decision extends Pick<PlacedFault, 'line' | 'column' | 'check' | 'reason' | 'field' | 'message' | 'fix' | 'weight'> {
  readonly file: string;
  /** `Pod agents/triage`. */
  readonly subject: string;
  /** Whether `--also` with this check would do something about it. */
  readonly fixable: boolean;
}

export function decisions(reviewed: readonly ReviewedManifest[]): Decision[] {
  return reviewed.flatMap((one) => one.faults.filter(({ weight }) => weight !== 'audit').map(({ line, column, check, reason, field, message, fix, weight }) => ({
    file: one.file, line, column, subject: subjectText(one), check, reason, field, message, fix, weight, fixable: FIXABLE_REASONS.includes(reason),
  })));
}

/** All of it, to be read on a terminal; empty where nothing is left. */
export function decisionText(left: readonly Decision[], style: Style): string {
  if (left.length === 0) return '';
  const of = (weight: Decision['weight']): Decision[] => left.filter((one) => one.weight === weight);
  return [...section('left for a person to decide', of('deny'), style), ...section('worth a look, and admitted all the same', of('warn'), style), ...hint(of('deny'))].join('\n').concat('\n');
}

function section(title: string, left: readonly Decision[], style: Style): string[] {
  if (left.length === 0) return [];
  return [`${left.length} ${title}:`, ...left.flatMap(({ file, line, column, subject, field, message, check, fix }) => [
    `  ${style('bold', `${file}:${line}:${column}`)} ${subject} ${field}`,
    `    ${message} [${check}]`,
    `    fix: ${fix}`,
  ])];
}

function hint(left: readonly Decision[]): string[] {
  const checks = [...new Set(left.filter(({ fixable }) => fixable).map(({ check }) => check))];
  return checks.length === 0 ? [] : [`usual values are put in by: --also ${checks.join(',')}`];
}

export function unwritableText({ file, object, positionOf }: Manifest): string {
  const { line, column } = positionOf('');
  return `sallyport: ${file}:${line}:${column}: ${String(object['kind'])} is left as it is: what would change stands behind an anchor that others share; write it out\n`;
}
