import { parseAddress } from '../../core/address/address.ts';
import { permitsAddress } from '../../core/address/permits.ts';
import type { Entry, IntentDraft } from '../../core/evidence/draft.ts';
import { evaluate } from '../../core/policy/evaluate.ts';
import { needs, type Needs } from '../../core/policy/needs.ts';
import type { Snapshot } from '../../core/policy/snapshot.ts';
import { Usage, type CallHold } from '../../core/policy/usage.ts';
import type { Action } from '../../core/terms/action.ts';
import { errorText } from '../../core/terms/error-text.ts';
import type { Permit } from '../../core/terms/permit.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { Subject } from '../../core/terms/subject.ts';
import type { Deny, Hold, Verdict } from '../../core/terms/verdict.ts';
import type { Refused } from '../../core/traffic/problem.ts';
import { HINTS } from './hints.ts';
import type { Metrics } from './metrics.ts';
import type { Log, Records, SnapshotSource } from './ports.ts';
import { protocolIntent } from './protocol-intent.ts';
import { objectionTo, type Treatments } from './treatments.ts';

/** One call, wherever it came in. */
export interface Attempt {
  readonly call: string;
  readonly entry: Entry;
  readonly action: Action;
}

/** `hold` is the call's part of its limits, to be released once the call is over. */
export type Admission = { readonly permit: Permit; readonly hold: CallHold } | { readonly refused: Refused };

export interface Objection {
  readonly reason: ReasonCode;
  readonly sentence: string;
}

export interface GuardParts {
  readonly subject: Subject;
  readonly snapshots: SnapshotSource;
  readonly records: Records;
  readonly metrics: Metrics;
  readonly treatments: Treatments;
  readonly log: Log;
  readonly now: () => number;
}

const NO_HOLD: CallHold = { release: () => undefined };

/** These change nothing at the other end (RFC 9110 section 9.2.1), so their record need not survive the node. */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The single way from an action to a permit. Whatever came in by whichever entry is judged here and its intent recorded here;
 * nothing else calls `evaluate` to act on the answer, and without the record there is no permit.
 */
export class Guard {
  readonly #parts: GuardParts;
  readonly #usage = new Usage();
  #changes = 0;
  /** How records name the snapshot that was last asked; one frozen object, which the journal encodes once. */
  #asked: { readonly snapshot: Snapshot; readonly policy: IntentDraft['policy'] } | undefined;

  constructor(parts: GuardParts) {
    this.#parts = { ...parts, subject: frozen(parts.subject) };
    parts.snapshots.onChange(() => { this.#changes += 1; });
  }

  /** Goes up with each change of what is judged by. */
  get changes(): number {
    return this.#changes;
  }

  /** What has to be read of the call before it can be judged, besides its head; nothing for most. */
  needs(action: Action): Needs | undefined {
    return action.kind === 'http' ? needs(this.#parts.snapshots.current(), this.#subject(), action) : undefined;
  }

  /** Judges, then resolves once the record is as durable as the call demands. Never rejects: whatever fails here, the call is refused. */
  async admit(attempt: Attempt): Promise<Admission> {
    const { snapshots, records, metrics, now } = this.#parts;
    let held: CallHold | undefined;
    try {
      const snapshot = snapshots.current();
      const subject = this.#subject();
      const at = now();
      const judged = this.#closer(attempt, evaluate(snapshot, subject, attempt.action, at, undefined, this.#usage));
      const { verdict, hold, retryAfter } = this.#within(judged, at);
      held = hold;
      const intent = intentOf(attempt, subject, this.#policyOf(snapshot), verdict);
      await records.append(intent, durabilityOf(attempt.action, verdict));
      metrics.judged(intent.decision, intent.reason);
      if (verdict.kind === 'permit') return { permit: verdict, hold };
      return { refused: { ...refusalOf(attempt, verdict), ...(retryAfter !== undefined && { retryAfter }) } };
    } catch (error) {
      held?.release();
      return { refused: this.#unrecorded(attempt, error) };
    }
  }

  /** Why a call that is under way, on the address that it was dialled at, may not go on; undefined if it may. */
  objection(action: Action, address: string | undefined): Objection | undefined {
    const { snapshots, now } = this.#parts;
    const verdict = evaluate(snapshots.current(), this.#subject(), action, now(), undefined, this.#usage);
    if (verdict.kind === 'permit' && (address === undefined || reaches(verdict, address))) return undefined;
    if (verdict.kind === 'deny' && verdict.reason === 'policy-stale') return { reason: verdict.reason, sentence: verdict.sentence };
    return { reason: 'permit-withdrawn', sentence: 'The policy changed while this call was under way and no longer permits it.' };
  }

  /** What the rules say against something that is no call of its own: an entry of a list, or what a server asks of the agent. No limit counts it, and nothing may be sent on it. */
  remark(action: Action): Deny | Hold | undefined {
    const { snapshots, now } = this.#parts;
    const verdict = evaluate(snapshots.current(), this.#subject(), action, now(), undefined, this.#usage);
    return verdict.kind === 'permit' ? undefined : verdict;
  }

  /** Counts bytes that are about to be sent; why they may not be. */
  sending({ facts }: Permit, bytes: number): Objection | undefined {
    return facts.limits.length === 0 ? undefined : this.#usage.sent(facts, bytes, this.#parts.now());
  }

  /** What is judged by became too old, which changes it. */
  lapse(): void {
    this.#changes += 1;
  }

  /** What the rules permit can still be refused for what it carries. */
  #closer({ call, action }: Attempt, verdict: Verdict): Verdict {
    if (verdict.kind !== 'permit' || action.kind !== 'http') return verdict;
    const kinds = this.#parts.treatments.of(verdict.facts.treatment);
    const objection = kinds.length === 0 ? undefined : objectionTo(kinds, { call, action, facts: verdict.facts });
    return objection === undefined ? verdict : { kind: 'deny', ...(verdict.facts.rule && { rule: verdict.facts.rule }), ...objection };
  }

  /** What is permitted can still be more than may be called. */
  #within(verdict: Verdict, now: number): { readonly verdict: Verdict; readonly hold: CallHold; readonly retryAfter?: number | undefined } {
    if (verdict.kind !== 'permit') return { verdict, hold: NO_HOLD };
    const begun = this.#usage.begin(verdict.facts, now);
    if ('hold' in begun) return { verdict, hold: begun.hold };
    const { reason, sentence, retryAfter } = begun.refused;
    return { verdict: { kind: 'deny', reason, sentence, ...(verdict.facts.rule && { rule: verdict.facts.rule }) }, hold: NO_HOLD, retryAfter };
  }

  #policyOf(snapshot: Snapshot | undefined): IntentDraft['policy'] {
    if (snapshot !== undefined && this.#asked?.snapshot !== snapshot) {
      this.#asked = { snapshot, policy: Object.freeze({ digest: snapshot.digest, generation: snapshot.generation }) };
    }
    return snapshot && this.#asked?.policy;
  }

  #subject(): Subject {
    return this.#parts.snapshots.subject?.() ?? this.#parts.subject;
  }

  #unrecorded(attempt: Attempt, error: unknown): Refused {
    const { metrics, log } = this.#parts;
    metrics.recordsFailed += 1;
    metrics.judged('deny', 'record-unavailable');
    log.error({ call: attempt.call, error: errorText(error) }, 'no record, so no call');
    return {
      reason: 'record-unavailable',
      sentence: 'The record of this call cannot be written, so the call was not made.',
      hint: 'Try again later; whoever runs the proxy has to give its journal room to write.',
      call: attempt.call,
    };
  }
}

function frozen(subject: Subject): Subject {
  return Object.freeze({ ...subject, ...(subject.labels && { labels: Object.freeze({ ...subject.labels }) }) });
}

function durabilityOf(action: Action, verdict: Verdict): 'written' | 'synced' {
  return verdict.kind === 'permit' && !SAFE_METHODS.has(action.method ?? '') ? 'synced' : 'written';
}

function reaches(permit: Permit, text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && permitsAddress(address, permit.facts.addresses).ok;
}

function intentOf(attempt: Attempt, agent: Subject, policy: IntentDraft['policy'], verdict: Verdict): IntentDraft {
  const { call, entry, action } = attempt;
  const said = verdict.kind === 'permit' ? verdict.facts : verdict;
  return {
    kind: 'intent',
    call,
    agent,
    entry,
    decision: verdict.kind,
    reason: said.reason,
    ...(said.rule && { rule: said.rule }),
    sentence: said.sentence,
    ...(verdict.kind === 'permit' && verdict.facts.wouldBe && { wouldBe: verdict.facts.wouldBe }),
    ...(action.authority && { authority: action.authority }),
    ...(action.method !== undefined && { method: action.method }),
    ...(action.path !== undefined && { path: action.path }),
    ...(action.kind === 'http' && action.query !== '' && { query: action.query }),
    ...(policy && { policy }),
    ...protocolIntent(action),
  };
}

/** A hold is a denial here: no approver is connected, and a call must not wait for nobody. */
function refusalOf(attempt: Attempt, verdict: Deny | Hold): Refused {
  const { reason, sentence, rule, hint = HINTS[reason] } = verdict;
  if (verdict.kind === 'deny') return { reason, sentence, rule, hint, call: attempt.call };
  return { reason, sentence: `${sentence} Nobody can be asked, so it is refused.`, rule, hint, call: attempt.call };
}
