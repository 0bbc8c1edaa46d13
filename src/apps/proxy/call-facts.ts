import { endpointText } from '../../core/address/authority-text.ts';
import type { Headers } from '../../core/terms/action.ts';
import type { Permit } from '../../core/terms/permit.ts';
import type { ProtocolOutcome } from '../../core/terms/protocol-facts.ts';
import { type Ending, recordOutcome } from './outcome.ts';
import type { House } from './house.ts';
import type { PayloadSink } from './ports.ts';
import type { Upstream } from './upstream.ts';

/** What is seen of a permitted call while it goes on, and written when it is over. */
export class CallFacts {
  status: number | undefined;
  /** The upstream that the request went to last. */
  reached: Upstream | undefined;
  reused = false;
  requestSink: PayloadSink | undefined;
  responseSink: PayloadSink | undefined;
  readonly #call: string;
  readonly #started = performance.now();
  #firstByte: number | undefined;

  constructor(call: string) {
    this.#call = call;
  }

  answered(status: number): void {
    this.#firstByte = performance.now() - this.#started;
    this.status = status;
  }

  async record(ending: Ending, permit: Permit, treated: ProtocolOutcome | undefined, house: House): Promise<void> {
    const total = performance.now() - this.#started;
    const fresh = this.reused ? undefined : this.reached?.timing;
    await recordOutcome(ending, {
      call: this.#call, status: this.status, upstream: this.reached && endpointText(this.reached.address, permit.authority.port),
      request: this.requestSink, response: this.responseSink, treated,
      timing: { ...fresh, ...(this.#firstByte !== undefined && { firstByte: rounded(this.#firstByte) }), total: rounded(total) },
    }, house);
  }
}

/** To hundredths: more is noise, and would be written into every record. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

export function mediaTypeOf(headers: Headers): string | undefined {
  return headers.find(([name]) => name === 'content-type')?.[1];
}
