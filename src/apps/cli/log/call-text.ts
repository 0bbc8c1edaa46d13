import { isUtf8 } from 'node:buffer';
import type { OpenedPayload } from '../../../adapters/journal/open-payload.ts';
import type { CallTiming, IntentDraft, OutcomeDraft, PayloadFacts } from '../../../core/evidence/draft.ts';
import type { Stamp } from '../../../core/evidence/record.ts';
import { printableText } from '../../../core/evidence/text.ts';
import { EVIDENCE_KEY_SECRET, SYSTEM_NAMESPACE } from '../../../core/terms/fixed-names.ts';
import { painter } from './columns.ts';
import { hostOf } from './row.ts';
import type { ShownCall } from './show.ts';

/** Characters of a payload that are shown without `--body`. */
const EXCERPT = 2000;

type Part = readonly [name: string, ...lines: string[]];

/** One call, whole, for a person. */
export function callText(shown: ShownCall, whole: boolean, stdout: NodeJS.WriteStream): string {
  const paint = painter(stdout);
  const { intent, outcome } = shown;
  const parts: Part[] = [
    ['call', shown.call],
    ...(intent === undefined ? [['intent', 'not in this journal'] as const] : intentParts(intent)),
    ...(outcome === undefined ? [['outcome', withoutOutcome(intent)] as const] : outcomeParts(outcome)),
    ['records', [intent, outcome].filter((record) => record !== undefined).map(({ epoch, seq }) => `epoch ${epoch}, seq ${seq}`).join(' and ')],
    ...payloadParts('request', outcome?.request, shown.request, whole),
    ...payloadParts('response', outcome?.response, shown.response, whole),
  ];
  return parts.map(([name, ...lines]) => `${paint('dim', name.padEnd(10))}${lines.map((line, at) => indented(printableText(line), at)).join('\n')}\n`).join('');
}

function indented(line: string, at: number): string {
  return at === 0 || line === '' ? line : `${' '.repeat(10)}${line}`;
}

function withoutOutcome(intent: IntentDraft | undefined): string {
  if (intent === undefined || intent.decision === 'permit') return 'none yet: still running, or the writer was killed';
  return 'none: nothing was sent';
}

function intentParts(intent: IntentDraft & Stamp): Part[] {
  const { agent, authority, method, path, query, rule, policy, wouldBe } = intent;
  const detail = [agent.pod && `pod ${agent.pod}`, agent.serviceAccount && `service account ${agent.serviceAccount}`].filter(Boolean).join(', ');
  const where = authority === undefined ? '' : `${authority.scheme}://${hostOf(intent)}`;
  return [
    ['time', intent.time],
    ['agent', `${agent.namespace}/${agent.agent}${detail === '' ? '' : ` (${detail})`}`],
    ['request', [method, `${where}${path ?? ''}${query ? `?${query}` : ''}`].filter(Boolean).join(' ') || 'not understood'],
    ['entry', intent.entry],
    ['decision', `${intent.decision}: ${intent.reason}`, intent.sentence],
    ...(wouldBe === undefined ? [] : [['would be', `${wouldBe.kind}: ${wouldBe.reason}`, wouldBe.sentence] as const]),
    ...(rule === undefined ? [] : [['rule', `policy ${rule.policy}, tool ${rule.tool}, rule ${rule.rule}`] as const]),
    ...(policy === undefined ? [] : [['policy', `generation ${policy.generation}, ${policy.digest}`] as const]),
  ];
}

function outcomeParts({ result, status, reason, sentence, upstream, timing }: OutcomeDraft): Part[] {
  const what = [result, status, reason].filter((part) => part !== undefined).join(', ');
  return [
    sentence === undefined ? ['outcome', what] : ['outcome', what, sentence],
    ...(upstream === undefined ? [] : [['upstream', upstream] as const]),
    ['timing', timingText(timing)],
  ];
}

function timingText({ dns, connect, tls, firstByte, total }: CallTiming): string {
  const parts = Object.entries({ dns, connect, tls, 'first byte': firstByte, total });
  return parts.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value.toFixed(1)} ms`])).join(', ');
}

function payloadParts(side: string, facts: PayloadFacts | undefined, payload: OpenedPayload | undefined, whole: boolean): Part[] {
  if (facts === undefined || payload === undefined) return [];
  if (facts.bytes === 0) return [[side, 'no body']];
  const size = [`${facts.bytes} bytes`, facts.digest, facts.redacted && `${facts.redacted} blanked`, facts.note].filter(Boolean).join(', ');
  return [[side, size, ...payloadLines(payload, whole)]];
}

function payloadLines(payload: OpenedPayload, whole: boolean): string[] {
  switch (payload.state) {
    case 'none': return ['not kept'];
    case 'missing': return ['the sealed payload is not there: erased, removed or lost'];
    case 'altered': return [`the sealed payload was altered: ${payload.sentence}`];
    case 'sealed': return sealedLines(payload.key);
    case 'opened': return [...digestLines(payload.digestHolds), ...bodyLines(payload.body, whole)];
  }
}

function sealedLines(key: string): string[] {
  return [
    `sealed to key ${key}, whose private half is not in this folder: open it with --key FILE`,
    "what a pod sealed opens with the cluster's key; whoever may read that Secret gets FILE by",
    `  kubectl -n ${SYSTEM_NAMESPACE} get secret ${EVIDENCE_KEY_SECRET} -o jsonpath='{.data.private\\.pem}' | base64 -d > FILE`,
  ];
}

function digestLines(holds: boolean | undefined): string[] {
  if (holds === undefined) return [];
  return [holds ? 'the digest holds' : 'the digest does NOT match what was kept'];
}

function bodyLines(body: Uint8Array, whole: boolean): string[] {
  const bytes = Buffer.from(body);
  if (bytes.length === 0) return ['nothing of it was kept'];
  const text = isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('base64');
  const shown = whole ? text : text.slice(0, EXCERPT);
  const rest = text.length - shown.length;
  return ['', ...shown.replaceAll('\t', '    ').split(/\r?\n/), ...(rest === 0 ? [] : [`(and ${rest} characters more: --body)`])];
}
