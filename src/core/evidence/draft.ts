import type { Authority } from '../terms/authority.ts';
import type { ReasonCode } from '../terms/reason.ts';
import type { Subject } from '../terms/subject.ts';
import type { Deny, Hold, RuleReference } from '../terms/verdict.ts';
import type { ProtocolIntent, ProtocolOutcome } from '../terms/protocol-facts.ts';

/** By which door a request came in. */
export type Entry = 'connect' | 'absolute' | 'captured-tls' | 'captured-plain';

/** What the proxy was about to do, said before it did it. A refused call is this one record and no outcome. */
export interface IntentDraft extends ProtocolIntent {
  readonly kind: 'intent';
  /** The call's id; its outcome carries the same. */
  readonly call: string;
  readonly agent: Subject;
  readonly entry: Entry;
  readonly decision: 'permit' | 'deny' | 'hold';
  readonly reason: ReasonCode;
  readonly rule?: RuleReference;
  readonly sentence: string;
  /** In observe mode: what enforce would have said. */
  readonly wouldBe?: Deny | Hold;
  /** As far as it was understood. */
  readonly authority?: Authority;
  readonly method?: string;
  readonly path?: string;
  /** Without the question mark. Values of parameters whose names mean a credential are blanked before they are written. */
  readonly query?: string;
  /** The snapshot that was asked. */
  readonly policy?: { readonly digest: string; readonly generation: number };
}

/** Where a sealed payload lies beside the log, and the SHA-256 (hex) of its sealed bytes. */
export interface BlobReference {
  /** Number of the pack file. */
  readonly pack: number;
  /** In bytes. */
  readonly offset: number;
  readonly length: number;
  readonly digest: string;
}

/** Why nothing, or not all, of a payload was kept although the policy asks for it. */
export type PayloadNote = 'over-limit' | 'unredactable' | 'no-memory' | 'blob-unwritten';

export interface PayloadFacts {
  /** Size of the whole body as it was sent. */
  readonly bytes: number;
  /** `sha256:` and hex of SHA-256(salt || whole body). Absent for an empty body. */
  readonly digest?: string;
  /** Bytes of the body (after redaction) that lie in the blob. */
  readonly captured: number;
  /** The body was longer than what was kept. */
  readonly truncated: boolean;
  /** Values blanked. */
  readonly redacted?: number;
  readonly note?: PayloadNote;
  readonly blob?: BlobReference;
}

/** Durations in milliseconds. */
export interface CallTiming {
  readonly dns?: number;
  readonly connect?: number;
  readonly tls?: number;
  readonly firstByte?: number;
  readonly total: number;
}

/** What became of a permitted call. */
export interface OutcomeDraft extends ProtocolOutcome {
  readonly kind: 'outcome';
  readonly call: string;
  readonly result: 'completed' | 'failed' | 'cut';
  readonly reason?: ReasonCode;
  readonly sentence?: string;
  readonly status?: number;
  /** The address that was dialled, as `address:port`. */
  readonly upstream?: string;
  readonly request?: PayloadFacts;
  readonly response?: PayloadFacts;
  readonly timing: CallTiming;
}

/** Something that is no call: start, stop, a policy loaded or refused, packets rejected, a handshake that could not be read. */
export interface NoticeDraft {
  readonly kind: 'notice';
  /** Stable word, such as `proxy-started`. */
  readonly event: string;
  readonly sentence: string;
  readonly agent?: Subject;
  readonly reason?: ReasonCode;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

export type Draft = IntentDraft | OutcomeDraft | NoticeDraft;

/** Where a record stands: the epoch counts starts of a writer from 1, `seq` counts records within the epoch from 0. */
export interface Position {
  readonly epoch: number;
  readonly seq: number;
}
