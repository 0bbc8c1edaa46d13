import { styleText } from 'node:util';
import type { FaultWeight } from '../../../core/checks/check.ts';
import type { PlacedFault, Reviewed, ReviewedManifest } from './review.ts';

export type Style = (style: 'red' | 'yellow' | 'green' | 'dim' | 'bold', text: string) => string;

/** Colour where `stream` is a terminal that wants it. */
export function styleFor(stream: NodeJS.WritableStream): Style {
  return (style, text) => styleText(style, text, { stream });
}

/** Everything about the reviewed objects, to be read on a terminal; ends with lines that count. */
export function report({ reviewed, passedOver }: Pick<Reviewed, 'reviewed' | 'passedOver'>, style: Style): string {
  return [...reviewed.map((one) => section(one, style)), summary(reviewed), ...passedOverLine(passedOver)].join('\n');
}

/** `Pod agents/triage`, as people name objects. */
export function subjectText({ kind, namespace, name }: Pick<ReviewedManifest, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name === '' ? '(no name)' : name}`;
}

function section(one: ReviewedManifest, style: Style): string {
  const made = one.source === undefined ? '' : ` from ${one.source}`;
  const head = `${style('bold', `${one.file}:${one.line}`)} ${subjectText(one)}${made}: ${outcome(one, style)}${against(one)}`;
  return [head, ...one.faults.flatMap((fault) => faultLines(fault, one.file, style)), ''].join('\n');
}

function outcome({ kind, profile, verdict, mode }: ReviewedManifest, style: Style): string {
  const whose = kind === 'Pod' || profile === undefined ? '' : 'its pods are ';
  if (verdict === 'admitted') return style('green', `${whose}admitted`);
  return style('red', `${whose}refused${mode === 'enforce' || profile === undefined ? '' : ' once the namespace enforces'}`);
}

function against({ profile, mode }: ReviewedManifest): string {
  return profile === undefined ? '' : ` (profile ${profile}${mode === 'enforce' ? '' : `, mode ${mode}`})`;
}

const LABELS = { deny: ['red', 'fault'], warn: ['yellow', 'warning'], audit: ['dim', 'noted'] } as const satisfies Record<FaultWeight, unknown>;

function faultLines({ weight, field, line, column, message, check, fix, link }: PlacedFault, file: string, style: Style): string[] {
  const [colour, label] = LABELS[weight];
  return [`  ${style(colour, label)} ${field === '' ? 'object' : field} ${style('dim', `(${file}:${line}:${column})`)}`, `    ${message} [${check}]`, `    fix: ${fix}`, `    ${style('dim', link)}`];
}

function summary(reviewed: readonly ReviewedManifest[]): string {
  const faults = reviewed.flatMap((one) => one.faults);
  const of = (weight: FaultWeight): number => faults.filter((fault) => fault.weight === weight).length;
  const refused = reviewed.filter(({ verdict }) => verdict === 'refused').length;
  const noted = of('audit') === 0 ? '' : `, ${of('audit')} noted`;
  return `${reviewed.length} reviewed: ${reviewed.length - refused} admitted, ${refused} refused; ${count(of('deny'), 'fault')}, ${count(of('warn'), 'warning')}${noted}`;
}

function passedOverLine(passedOver: ReadonlyMap<string, number>): string[] {
  if (passedOver.size === 0) return [];
  const kinds = [...passedOver].sort(([a], [b]) => a.localeCompare(b)).map(([kind, many]) => (many === 1 ? kind : `${kind} (${many})`));
  return [`passed over: ${kinds.join(', ')}`];
}

/** `1 fault`, `2 faults`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
