import type { IntentDraft, OutcomeDraft } from './draft.ts';
import type { Findings, Place } from './finding.ts';

/** Pairs permitted intents with their outcomes. */
export class OpenCalls {
  readonly #open = new Map<string, Place>();
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
    if (isVoid) return;
    this.#calls += 1;
    if (record.decision === 'permit') this.#open.set(record.call, at);
  }

  outcome(record: OutcomeDraft, at: Place): void {
    if (this.#open.delete(record.call)) return;
    this.#findings.add('intent-missing', at, `expected a permitted intent of call ${record.call} before its outcome, found none that is open`);
  }

  /** The process that wrote so far is known to have ended: what is open will never have an outcome. */
  writerEnded(): void {
    for (const [call, at] of this.#open) {
      this.#findings.add('outcome-missing', at, `expected an outcome of call ${call}, found none: the writer ended before, or it was removed`);
    }
    this.#open.clear();
  }
}
