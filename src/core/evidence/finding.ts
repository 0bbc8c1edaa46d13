/** What a verifier can find, and how grave it is: records were changed, or records are not all there. */
const FINDINGS = {
  'line-unreadable': 'tampered',
  'record-altered': 'tampered',
  'records-missing': 'tampered',
  'record-repeated': 'tampered',
  'wrong-epoch': 'tampered',
  'epoch-unopened': 'tampered',
  'epoch-reopened': 'tampered',
  'after-end': 'tampered',
  'unlinked-lines': 'tampered',
  'void-contradicted': 'tampered',
  'blob-altered': 'tampered',
  'epoch-missing': 'incomplete',
  'version-unknown': 'incomplete',
  'torn-tail': 'incomplete',
  'outcome-missing': 'incomplete',
  'intent-missing': 'incomplete',
  'blob-missing': 'incomplete',
} as const satisfies Record<string, 'tampered' | 'incomplete'>;

export type FindingCode = keyof typeof FINDINGS;
export type LogVerdict = 'intact' | 'tampered' | 'incomplete';

/** A line of a log's file; lines count from 1, and 0 is the file as a whole. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Finding extends Place {
  readonly code: FindingCode;
  readonly grade: 'tampered' | 'incomplete';
  /** What was expected, and what stands there. */
  readonly sentence: string;
}

export interface LogReport {
  readonly verdict: LogVerdict;
  readonly epochs: number;
  readonly records: number;
  readonly calls: number;
  readonly blobs: number;
  /** Lines that were refused to their callers and are declared void by the epoch after. */
  readonly void: number;
  /** Permitted calls of the running tail that have no outcome yet. */
  readonly running: number;
  /** The end of the chain: whoever noted it elsewhere can compare. */
  readonly last?: { readonly epoch: number; readonly seq: number; readonly leaf: string };
  /** In the order found; at most `MAX_FINDINGS`. */
  readonly findings: readonly Finding[];
  readonly moreFindings: number;
  /** What a log without signed checkpoints cannot show, whatever the verdict. */
  readonly unknowable: readonly string[];
}

export const MAX_FINDINGS = 200;

export const UNKNOWABLE: readonly string[] = [
  'whether records were cut from the very end, or whole epochs together with all that follow',
  'whether the last record was altered, as no record points to it yet',
  'whether somebody who may write the folder made everything anew from some record to the end',
];

/** Findings with a bound on how many are kept; the verdict counts them all. */
export class Findings {
  readonly kept: Finding[] = [];
  more = 0;
  #verdict: LogVerdict = 'intact';

  get verdict(): LogVerdict {
    return this.#verdict;
  }

  add(code: FindingCode, at: Place, sentence: string): void {
    const grade = FINDINGS[code];
    if (this.#verdict !== 'tampered') this.#verdict = grade;
    if (this.kept.length < MAX_FINDINGS) this.kept.push({ code, grade, file: at.file, line: at.line, sentence });
    else this.more += 1;
  }
}
