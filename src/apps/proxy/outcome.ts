import type { CallTiming, OutcomeDraft } from '../../core/evidence/draft.ts';
import { errorText } from '../../core/terms/error-text.ts';
import type { ProtocolOutcome } from '../../core/terms/protocol-facts.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { Metrics } from './metrics.ts';
import type { Log, PayloadSink, Records } from './ports.ts';

export interface Ending {
  readonly result: OutcomeDraft['result'];
  readonly reason?: ReasonCode;
  readonly sentence?: string;
}

/** What was gathered while a call was under way. */
export interface Gathered {
  readonly call: string;
  readonly status?: number | undefined;
  readonly upstream?: string | undefined;
  readonly request?: PayloadSink | undefined;
  readonly response?: PayloadSink | undefined;
  readonly timing: CallTiming;
  /** What the treatments of the call read and did. */
  readonly treated?: ProtocolOutcome | undefined;
}

/** Writes what became of a call. The effect has happened: a record that fails now is counted and logged, and stops the next call. */
export async function recordOutcome(ending: Ending, gathered: Gathered, parts: { readonly records: Records; readonly metrics: Metrics; readonly log: Log }): Promise<void> {
  const { records, metrics, log } = parts;
  const { call, status, upstream, timing } = gathered;
  metrics.ended(ending.result, timing.total);
  log.debug({ call, ...ending, status, ms: timing.total }, 'call ended');
  try {
    const [request, response] = await Promise.all([gathered.request?.end(), gathered.response?.end()]);
    await records.append({
      kind: 'outcome', call, ...ending,
      ...(status !== undefined && { status }), ...(upstream !== undefined && { upstream }),
      ...(request && { request }), ...(response && { response }), timing, ...gathered.treated,
    }, 'soon');
  } catch (error) {
    metrics.recordsFailed += 1;
    log.error({ call, error: errorText(error) }, 'the outcome of a call could not be recorded');
  }
}
