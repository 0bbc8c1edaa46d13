import { authorityText } from '../../../core/address/authority-text.ts';
import type { IntentDraft, NoticeDraft, OutcomeDraft } from '../../../core/evidence/draft.ts';
import type { LogRecord, Stamp } from '../../../core/evidence/record.ts';
import { printableText } from '../../../core/evidence/text.ts';

/** `open`: permitted, and without an outcome so far. */
export type RowVerdict = 'permit' | 'deny' | 'hold' | 'observe' | 'open' | 'notice';

/** One line of `log tail`, its parts still apart. */
export interface Row {
  /** `2026-01-31`, in UTC; empty where the record has no such time. */
  readonly day: string;
  readonly time: string;
  readonly verdict: RowVerdict;
  readonly agent: string;
  /** Method, host and path; of a notice, what it says. */
  readonly target: string;
  readonly status: string;
  readonly milliseconds: string;
  readonly reason: string;
  /** The end of the call's id, enough for `log show`. */
  readonly call: string;
}

/** Turns records into rows: a refused call at its intent, a permitted one at its outcome, a notice at once. */
export class Rows {
  readonly #open = new Map<string, IntentDraft & Stamp>();

  take(record: LogRecord): Row | undefined {
    switch (record.kind) {
      case 'intent':
        if (record.decision !== 'permit') return callRow(record);
        this.#open.set(record.call, record);
        return undefined;
      case 'outcome': {
        const intent = this.#open.get(record.call);
        this.#open.delete(record.call);
        return intent === undefined ? undefined : callRow(intent, record);
      }
      case 'notice': return noticeRow(record);
      case 'epoch':
      case 'end': return undefined;
    }
  }

  /** Permitted calls without an outcome so far. */
  open(): Row[] {
    return [...this.#open.values()].map((intent) => ({ ...callRow(intent), verdict: 'open' }));
  }
}

function callRow(intent: IntentDraft & Stamp, outcome?: OutcomeDraft): Row {
  return {
    ...when(intent),
    verdict: intent.wouldBe === undefined ? intent.decision : 'observe',
    agent: printableText(`${intent.agent.namespace}/${intent.agent.agent}`),
    target: printableText([intent.method, `${hostOf(intent)}${intent.path ?? ''}`].filter(Boolean).join(' ') || '-'),
    status: outcome?.status?.toString() ?? '-',
    milliseconds: outcome === undefined ? '-' : outcome.timing.total.toFixed(1),
    reason: printableText(reasonOf(intent, outcome)),
    call: printableText(intent.call.slice(-8)),
  };
}

function noticeRow(notice: NoticeDraft & Stamp): Row {
  return {
    ...when(notice),
    verdict: 'notice',
    agent: notice.agent === undefined ? '-' : printableText(`${notice.agent.namespace}/${notice.agent.agent}`),
    target: printableText(`${notice.event}: ${notice.sentence}`),
    status: '',
    milliseconds: '',
    reason: printableText(notice.reason ?? ''),
    call: '',
  };
}

function reasonOf(intent: IntentDraft, outcome: OutcomeDraft | undefined): string {
  if (outcome !== undefined && outcome.result !== 'completed') return `${outcome.result}: ${outcome.reason ?? 'unknown'}`;
  if (intent.wouldBe !== undefined) return `would ${intent.wouldBe.kind}: ${intent.wouldBe.reason}`;
  return intent.rule === undefined ? intent.reason : `${intent.reason} (${intent.rule.tool}/${intent.rule.rule})`;
}

/** Host, with the port where it is not the scheme's own. */
export function hostOf({ authority }: IntentDraft): string {
  return authority === undefined ? '' : authorityText(authority);
}

/** `hh:mm:ss.mmmZ` of an RFC 3339 time, and its day; whatever else stands there, made printable. */
function when({ time }: Stamp): Pick<Row, 'day' | 'time'> {
  const [, day, clock] = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(time) ?? [];
  return { day: day ?? '', time: clock ?? printableText(time).slice(0, 13) };
}
