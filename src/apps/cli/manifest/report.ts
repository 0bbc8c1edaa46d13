import { styleText } from 'node:util';
import type { FaultWeight } from '../../../core/checks/check.ts';
import type { ReviewedManifest } from './review.ts';

type Style = (style: 'red' | 'yellow' | 'green' | 'dim' | 'bold', text: string) => string;

/** Colour where `stream` is a terminal that wants it. */
export function styleFor(stream: NodeJS.WritableStream): Style {
  return (style, text) => styleText(style, text, { stream });
}

/** Everything about the reviewed objects, to be read on a terminal; ends with a line that counts. */
export function report(reviewed: readonly ReviewedManifest[], style: Style): string {
  return [...reviewed.map((one) => section(one, style)), summary(reviewed)].join('\n');
}

function section({ file, line, kind, namespace, name, verdict, profile, faults }: ReviewedManifest, style: Style): string {
  const subject = `${kind} ${namespace}/${name === '' ? '(no name)' : name}`;
  const outcome = verdict === 'admitted' ? style('green', kind === 'Pod' ? 'admitted' : 'its pods are admitted') : style('red', kind === 'Pod' ? 'refused' : 'its pods are refused');
  const head = `${style('bold', `${file}:${line}`)} ${subject}: ${outcome} (profile ${profile})`;
  return [head, ...faults.flatMap((fault) => faultLines(fault, file, style)), ''].join('\n');
}

const LABELS: Readonly<Record<FaultWeight, (style: Style) => string>> = {
  deny: (style) => style('red', 'fault'),
  warn: (style) => style('yellow', 'warning'),
  audit: (style) => style('dim', 'note'),
};

function faultLines({ weight, field, line, message, check, fix, link }: ReviewedManifest['faults'][number], file: string, style: Style): string[] {
  const label = LABELS[weight](style);
  return [`  ${label} ${field === '' ? 'object' : field} ${style('dim', `(${file}:${line})`)}`, `    ${message} [${check}]`, `    fix: ${fix}`, `    ${style('dim', link)}`];
}

function summary(reviewed: readonly ReviewedManifest[]): string {
  const faults = reviewed.flatMap((one) => one.faults);
  const serious = faults.filter(({ weight }) => weight === 'deny').length;
  const refused = reviewed.filter(({ verdict }) => verdict === 'refused').length;
  return `${reviewed.length} reviewed: ${reviewed.length - refused} admitted, ${refused} refused; ${count(serious, 'fault')}, ${count(faults.length - serious, 'warning')}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
