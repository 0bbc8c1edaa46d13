import type { Fault } from '../checks/check.ts';
import type { Subject } from './resources.ts';

const LONGEST_LINE = 600;
const LONGEST_WARNING = 120;
const MOST_FAULTS = 40;
const LONGEST_MESSAGE = 8_192;

/** The whole refusal: what was refused, then one line for each fault with its field, reason, fix and link. At most 8 KiB. */
export function message(subject: Subject & { readonly namespace: string }, faults: readonly Fault[], profile?: string): string {
  const lines = [headline(subject, faults.length, profile)];
  let length = lines[0]?.length ?? 0;
  for (const fault of faults.slice(0, MOST_FAULTS)) {
    const line = clip(sentence(fault), LONGEST_LINE);
    if (length + line.length > LONGEST_MESSAGE) break;
    length += line.length + 1;
    lines.push(line);
  }
  const untold = faults.length - (lines.length - 1);
  return [...lines, ...(untold > 0 ? [`- and ${untold} more`] : [])].join('\n');
}

/** One fault in at most 120 characters. */
export function warning({ check, field, message }: Fault): string {
  return clip(`[${check}] ${field === '' ? '' : `${field}: `}${message}`, LONGEST_WARNING);
}

/** One fault whole, on one line. */
function sentence({ check, field, message, fix, link }: Fault): string {
  return `- [${check}] ${field === '' ? '' : `${field}: `}${message}. Fix: ${fix}. See ${link}`;
}

export function clip(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 3)}...`;
}

function headline({ kind, namespace, name, deed }: Subject & { readonly namespace: string }, count: number, profile: string | undefined): string {
  // The API server says of a namespace that it lies in itself.
  const place = namespace === '' || kind === 'Namespace' ? '' : ` in namespace ${namespace}`;
  const against = profile === undefined ? '' : ` against profile ${profile}`;
  return clip(`Sallyport refused ${deed === undefined ? '' : `${deed} `}${kind}${name === '' ? '' : ` ${name}`}${place}: ${count} ${count === 1 ? 'fault' : 'faults'}${against}`, LONGEST_LINE);
}
