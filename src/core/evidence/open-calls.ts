import type { IntentDraft, OutcomeDraft } from './draft.ts';
import type { Findings, Place } from './finding.ts';

/** Pairs permitted intents with their outcomes. */
export class OpenCalls {
  readonly #open = new Map<string, Place>();
  readonly #void = new Set<string>();
  readonly #findings: Findings;
  #calls = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  get calls(): number {
    return this.#calls;
  }

  get running(): number {
    return this.#open.size;
  }

  intent(record: IntentDraft, at: Place, isVoid: boolean): void {
    if (isVoid) {
      this.#void.add(record.call);
      return;
    }
    this.#calls += 1;
    if (record.decision === 'permit') this.#open.set(record.call, at);
  }

  outcome(record: OutcomeDraft, at: Place): void {
    if (this.#open.delete(record.call) || this.#isContradicted(record, at)) return;
    this.#findings.add('intent-missing', at, `expected a permitted intent of call ${record.call} before its outcome, found none that is open`);
  }

  /** An outcome that was refused: of a call that was made, so not of one whose intent was refused. */
  voidOutcome(record: OutcomeDraft, at: Place): void {
    this.#isContradicted(record, at);
  }

  #isContradicted({ call }: OutcomeDraft, at: Place): boolean {
    if (!this.#void.has(call)) return false;
    this.#findings.add('void-contradicted', at, `expected no outcome of call ${call}, as its intent is declared void and a call whose intent is refused is not made, found one`);
    return true;
  }

  /** The process that wrote so far is known to have ended: what is open will never have an outcome. */
  writerEnded(): void {
    for (const [call, at] of this.#open) {
      this.#findings.add('outcome-missing', at, `expected an outcome of call ${call}, found none: the writer ended before, or it was removed`);
    }
    this.#open.clear();
  }
}
