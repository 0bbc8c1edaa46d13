import { field, fields, optional } from './field.ts';
import type { BlobReference, CallTiming, IntentDraft, NoticeDraft, OutcomeDraft, PayloadFacts, Position } from './draft.ts';
import type { Authority } from '../terms/authority.ts';
import type { Subject } from '../terms/subject.ts';
import type { Deny, RuleReference } from '../terms/verdict.ts';
import { PROTOCOL_INTENT, PROTOCOL_OUTCOME } from './protocol-fields.ts';
import type { EndContent, EpochContent, Stamp } from './record.ts';
import type { Field, Fields, FieldsOf, Shape } from './shape.ts';

const text: Shape = { is: 'text' };
const integer: Shape = { is: 'integer' };
const milliseconds: Shape = { is: 'milliseconds' };
const boolean: Shape = { is: 'boolean' };
const hash: Shape = { is: 'hash' };

/** On every record. */
export const STAMP = {
  v: field({ is: 'version' }, 'Version of this format: 1.'),
  epoch: field(integer, 'Counts the writer\'s starts (and recoveries), from 1. One file each.'),
  seq: field(integer, 'Counts the records of the epoch, from 0, without gaps.'),
  prev: field(hash, 'Leaf hash of the record before, across epochs; 64 zeros in the very first.'),
  time: field(text, 'When it was numbered: RFC 3339, UTC, milliseconds.'),
} satisfies FieldsOf<Stamp>;

const position = fields({
  epoch: field(integer, 'Its epoch.'),
  seq: field(integer, 'Its number in that epoch.'),
} satisfies FieldsOf<Position>);

const blob = fields({
  pack: field(integer, 'Number of the file that holds it: 1 is `blobs/00000001.pack`.'),
  offset: field(integer, 'Where it begins in that file, in bytes.'),
  length: field(integer, 'Its bytes.'),
  digest: field(hash, 'SHA-256 of those bytes.'),
} satisfies FieldsOf<BlobReference>);

const agent = fields({
  namespace: field(text, 'Namespace of the pod, or of `--agent`.'),
  agent: field(text, 'Name of the agent.'),
  serviceAccount: optional(text, 'Its service account.'),
  pod: optional(text, 'Name of the pod.'),
  uid: optional(text, 'Uid of the live pod.'),
  labels: optional({ is: 'facts' }, 'Labels of the pod by which policies were chosen.'),
} satisfies FieldsOf<Subject>);

const rule = fields({
  policy: field(text, '`namespace/name` of the policy.'),
  tool: field(text, 'The tool in it.'),
  rule: field(text, 'The rule\'s name, `access`, or its position as `rules[2]`.'),
} satisfies FieldsOf<RuleReference>);

const wouldBe = fields({
  kind: field({ is: 'word', of: ['deny', 'hold'] }, 'The verdict.'),
  reason: field(text, 'Reason code.'),
  rule: optional(rule, 'The rule that decided.'),
  sentence: field(text, 'The verdict in words.'),
  hint: optional(text, 'What would make it pass.'),
} satisfies Record<keyof Deny, Field>);

const authority = fields({
  scheme: field({ is: 'word', of: ['https', 'http', 'tcp'] }, 'Scheme; `tcp`: bytes that nobody reads.'),
  host: field(text, 'Host in normal form.'),
  port: field(integer, 'Port.'),
} satisfies FieldsOf<Authority>);

const payload = fields({
  bytes: field(integer, 'Size of the whole body as it was sent.'),
  digest: optional(text, '`sha256:` and the hex of SHA-256(salt || whole body). Absent for an empty body.'),
  captured: field(integer, 'Bytes of the body, after redaction, that are sealed in the blob.'),
  truncated: field(boolean, 'The body was longer than what was kept.'),
  redacted: optional(integer, 'Values that were blanked.'),
  note: optional(
    { is: 'word', of: ['over-limit', 'unredactable', 'no-memory', 'blob-unwritten'] },
    'Why less than the policy asks for was kept: longer than `limit`; not JSON as a whole while values were to be blanked, so only the digest was kept; no memory left for captures; the blob could not be written.',
  ),
  blob: optional(blob, 'Where it lies, sealed.'),
} satisfies FieldsOf<PayloadFacts>);

const timing = fields({
  dns: optional(milliseconds, 'Resolving the name.'),
  connect: optional(milliseconds, 'Connecting.'),
  tls: optional(milliseconds, 'The TLS handshake with the upstream.'),
  firstByte: optional(milliseconds, 'From the request\'s start to the first byte of the answer.'),
  total: field(milliseconds, 'From the request\'s start to the end.'),
} satisfies FieldsOf<CallTiming>);

const EPOCH = {
  kind: field({ is: 'word', of: ['epoch'] }, 'Opens an epoch.'),
  cause: field({ is: 'word', of: ['start', 'recovery'] }, 'A process began to write; or the same process left a file that it could no longer trust.'),
  after: optional(position, 'The record of which `prev` is the leaf hash.'),
  abandoned: optional(boolean, 'Lines between `after` and this record were refused to their callers and could not be removed: they are void.'),
  void: optional({ is: 'integers' }, 'Numbers, in epoch `after.epoch`, of records that were written and then refused because their sync failed: they are void.'),
  aside: optional(fields({
    file: field(text, 'Name of the file it was moved to.'),
    bytes: field(integer, 'Its size.'),
  }), 'Half a line that the epoch before ended with.'),
  key: field(text, 'RFC 7638 thumbprint of the public key to which blobs are sealed.'),
  secret: field(blob, 'Sealed secret of which salts are made for payloads without a blob.'),
} satisfies FieldsOf<EpochContent>;

const INTENT = {
  kind: field({ is: 'word', of: ['intent'] }, 'Said before the effect.'),
  call: field(text, 'Id of the call.'),
  agent: field(agent, 'Who called.'),
  entry: field({ is: 'word', of: ['connect', 'absolute', 'captured-tls', 'captured-plain'] }, 'By which door the request came in.'),
  decision: field({ is: 'word', of: ['permit', 'deny', 'hold'] }, 'What was decided. After `deny` or `hold` nothing was sent, and no outcome follows.'),
  reason: field(text, 'Reason code.'),
  rule: optional(rule, 'The rule that decided.'),
  sentence: field(text, 'The decision in words.'),
  wouldBe: optional(wouldBe, 'In observe mode: what enforce would have said.'),
  authority: optional(authority, 'Where to, as far as it was understood.'),
  method: optional(text, 'HTTP method.'),
  path: optional(text, 'Canonical path.'),
  query: optional(text, 'Without the question mark; values of parameters whose names mean a credential are blanked.'),
  policy: optional(fields({
    digest: field(text, 'Digest of the snapshot that was asked.'),
    generation: field(integer, 'Its generation.'),
  }), 'The policy snapshot that was asked.'),
  ...PROTOCOL_INTENT,
} satisfies FieldsOf<IntentDraft>;

const OUTCOME = {
  kind: field({ is: 'word', of: ['outcome'] }, 'What became of a permitted call.'),
  call: field(text, 'Id of the call, as in its intent.'),
  result: field({ is: 'word', of: ['completed', 'failed', 'cut'] }, 'Answered whole; not answered; broken off.'),
  reason: optional(text, 'Reason code of a failure.'),
  sentence: optional(text, 'The failure in words.'),
  status: optional(integer, 'HTTP status of the answer.'),
  upstream: optional(text, 'Address and port that were dialled.'),
  request: optional(payload, 'The request\'s body.'),
  response: optional(payload, 'The answer\'s body.'),
  timing: field(timing, 'Durations.'),
  ...PROTOCOL_OUTCOME,
} satisfies FieldsOf<OutcomeDraft>;

const NOTICE = {
  kind: field({ is: 'word', of: ['notice'] }, 'Something that is no call.'),
  event: field(text, 'Stable word for what happened.'),
  sentence: field(text, 'The same in words.'),
  agent: optional(agent, 'Whom it concerns.'),
  reason: optional(text, 'Reason code.'),
  facts: optional({ is: 'facts' }, 'Details.'),
} satisfies FieldsOf<NoticeDraft>;

const END = {
  kind: field({ is: 'word', of: ['end'] }, 'Closes an epoch in good order; nothing follows in its file.'),
} satisfies FieldsOf<EndContent>;

/** Every kind of record, in the order in which a reader meets them. The writer, the reader and docs/records.md follow this table. */
export const KINDS = { epoch: EPOCH, intent: INTENT, outcome: OUTCOME, notice: NOTICE, end: END } as const satisfies Record<string, Fields>;

export type RecordKind = keyof typeof KINDS;
