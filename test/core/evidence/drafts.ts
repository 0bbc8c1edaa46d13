import * as fc from 'fast-check';
import type { Draft, IntentDraft, NoticeDraft, OutcomeDraft, PayloadFacts } from '../../../src/core/evidence/draft.ts';
import { GENESIS, leafHash } from '../../../src/core/evidence/leaf.ts';
import type { Content, EndContent, EpochContent, Stamp } from '../../../src/core/evidence/record.ts';
import { writeLine } from '../../../src/core/evidence/write-line.ts';
import type { HostName } from '../../../src/core/terms/authority.ts';

const BLOB = { pack: 1, offset: 0, length: 300, digest: 'b'.repeat(64) };

export function intentOf(call: string, change: Partial<IntentDraft> = {}): IntentDraft {
  return {
    kind: 'intent', call, agent: { namespace: 'agents', agent: 'triage' }, entry: 'connect', decision: 'permit', reason: 'allowed-by-access',
    rule: { policy: 'agents/triage', tool: 'api', rule: 'access' }, sentence: 'GET is allowed',
    authority: { scheme: 'https', host: 'api.example.com' as HostName, port: 443 }, method: 'GET', path: '/v1/items', query: '',
    policy: { digest: `sha256:${'a'.repeat(64)}`, generation: 1 }, ...change,
  };
}

export function outcomeOf(call: string, change: Partial<OutcomeDraft> = {}): OutcomeDraft {
  return { kind: 'outcome', call, result: 'completed', status: 200, upstream: '192.0.2.1:443', timing: { total: 12.5 }, ...change };
}

export function noticeOf(event: string): NoticeDraft {
  return { kind: 'notice', event, sentence: `${event} happened`, facts: { packets: 3, interface: 'eth0', dropped: true } };
}

export function openingOf(change: Partial<EpochContent> = {}): EpochContent {
  return { kind: 'epoch', cause: 'start', key: 'k'.repeat(43), secret: BLOB, ...change };
}

export const END: EndContent = { kind: 'end' };

/** The lines of one epoch, chained as the journal does. */
export function linesOf(contents: readonly Content[], { epoch = 1, prev = GENESIS }: { epoch?: number; prev?: string } = {}): string[] {
  let leaf = prev;
  return contents.map((content, seq) => {
    const line = writeLine(content, stampOf({ epoch, seq, prev: leaf }));
    leaf = leafHash(line);
    return line;
  });
}

export function stampOf(change: Partial<Stamp> = {}): Stamp {
  return { v: 1, epoch: 1, seq: 0, prev: GENESIS, time: '2026-01-02T03:04:05.678Z', ...change };
}

/** Any JavaScript string: lone surrogates, control bytes and all. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 20 }),
  fc.constantFrom('\ud800', '\udc00x', '\\u{1b}', '\u001b[2J', '\u202e', 'a\\u{', '__proto__', '\u2028'),
);

const anyNumber = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, 1e21, 5e-324));
const count = fc.nat();
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 });
const facts = fc.dictionary(anyText, fc.oneof(anyText, anyNumber, fc.boolean()), { maxKeys: 6 });
const agent = fc.record(
  { namespace: anyText, agent: anyText, serviceAccount: anyText, pod: anyText, uid: anyText, labels: fc.dictionary(anyText, anyText, { maxKeys: 4 }) },
  { requiredKeys: ['namespace', 'agent'] },
);
const rule = fc.record({ policy: anyText, tool: anyText, rule: anyText });
const reason = fc.constantFrom('allowed-by-rule' as const, 'host-not-listed' as const, 'upstream-timeout' as const);
const blob = fc.record({ pack: count, offset: count, length: count, digest: hex });
const payload = fc.record(
  {
    bytes: count, digest: anyText, captured: count, truncated: fc.boolean(), redacted: count,
    note: fc.constantFrom<NonNullable<PayloadFacts['note']>>('over-limit', 'unredactable', 'no-memory', 'blob-unwritten'), blob,
  },
  { requiredKeys: ['bytes', 'captured', 'truncated'] },
);
const wouldBe = fc.record(
  { kind: fc.constantFrom('deny' as const, 'hold' as const), reason, rule, sentence: anyText, hint: anyText },
  { requiredKeys: ['kind', 'reason', 'sentence'] },
);

const texts = fc.array(anyText, { maxLength: 3 });
const mcp = fc.array(fc.record({ method: anyText, tool: anyText, name: anyText, args: texts }, { requiredKeys: ['method'] }), { maxLength: 3 });
const llm = fc.record({ provider: fc.constantFrom('openai' as const, 'bedrock' as const), model: anyText, stream: fc.boolean(), tools: texts });
const llmOutcome = fc.record(
  {
    model: anyText, finish: anyText,
    usage: fc.record({ inputTokens: count, cacheReadTokens: count, outputTokens: count, reasoningTokens: count, serviceTier: anyText }, { requiredKeys: [] }),
    toolCalls: fc.array(fc.record({ id: anyText, name: anyText, digest: anyText }, { requiredKeys: ['name', 'digest'] }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const anyIntent = fc.record(
  {
    kind: fc.constant('intent' as const), call: anyText, agent, entry: fc.constantFrom('connect' as const, 'captured-tls' as const),
    decision: fc.constantFrom('permit' as const, 'deny' as const, 'hold' as const), reason, rule, sentence: anyText, wouldBe,
    authority: fc.record({ scheme: fc.constantFrom('https' as const, 'http' as const), host: anyText.map((host) => host as HostName), port: count }),
    method: anyText, path: anyText, query: anyText, policy: fc.record({ digest: anyText, generation: count }),
    protocol: fc.constantFrom('mcp' as const, 'tcp' as const), mcp, llm, grpc: fc.record({ service: anyText, method: anyText }),
  },
  { requiredKeys: ['kind', 'call', 'agent', 'entry', 'decision', 'reason', 'sentence'] },
);
const anyOutcome = fc.record(
  {
    kind: fc.constant('outcome' as const), call: anyText, result: fc.constantFrom('completed' as const, 'failed' as const, 'cut' as const), reason,
    sentence: anyText, status: count, upstream: anyText, request: payload, response: payload,
    timing: fc.record({ dns: anyNumber, connect: anyNumber, tls: anyNumber, firstByte: anyNumber, total: anyNumber }, { requiredKeys: ['total'] }),
    llm: llmOutcome, mcp: fc.record({ error: fc.integer(), filtered: count }, { requiredKeys: [] }), grpc: fc.record({ status: count }),
    messages: fc.record({ sent: count, received: count, digest: anyText }, { requiredKeys: ['sent', 'received'] }),
    credential: anyText, redactions: fc.dictionary(anyText, count, { maxKeys: 3 }), flags: texts,
  },
  { requiredKeys: ['kind', 'call', 'result', 'timing'] },
);
const anyNotice = fc.record(
  { kind: fc.constant('notice' as const), event: anyText, sentence: anyText, agent, reason, facts },
  { requiredKeys: ['kind', 'event', 'sentence'] },
);
const anyOpening = fc.record(
  {
    kind: fc.constant('epoch' as const), cause: fc.constantFrom('start' as const, 'recovery' as const), after: fc.record({ epoch: count, seq: count }),
    abandoned: fc.boolean(), void: fc.array(count, { maxLength: 4 }), aside: fc.record({ file: anyText, bytes: count }), key: anyText, secret: blob,
  },
  { requiredKeys: ['kind', 'cause', 'key', 'secret'] },
);

const anyDraft: fc.Arbitrary<Draft> = fc.oneof(anyIntent, anyOutcome, anyNotice);
export const anyContent: fc.Arbitrary<Content> = fc.oneof(anyDraft, anyOpening, fc.constant(END));
export const anyStamp: fc.Arbitrary<Stamp> = fc.record({ v: fc.constant(1 as const), epoch: count, seq: count, prev: hex, time: fc.constant('2026-01-02T03:04:05.678Z') });
