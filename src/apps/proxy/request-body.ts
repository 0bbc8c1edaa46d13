import type { Headers } from '../../core/terms/action.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { Framing } from '../../core/traffic/http1/message.ts';
import type { PayloadSink } from './ports.ts';
import type { Upstream } from './upstream.ts';

/** Why a body that is needed whole is not. */
export interface BodyFault {
  readonly reason: ReasonCode;
  readonly sentence: string;
}

interface Gathering {
  readonly limit: number;
  readonly settle: (fault: BodyFault | undefined) => void;
}

/** The request's body on its way: kept until there is somewhere to send it, and told to the record as it passes. */
export class RequestBody {
  readonly framing: Framing;
  /** The agent has sent all of it. */
  complete = false;
  /** The upstream takes more at once: what is missing is missing on the agent's side. */
  flowing = true;
  bytes = 0;

  #early: Uint8Array[] = [];
  #gathering: Gathering | undefined;
  #trailers: Headers = [];
  #upstream: Upstream | undefined;
  #sink: PayloadSink | undefined;

  constructor(framing: Framing) {
    this.framing = framing;
  }

  get gathering(): boolean {
    return this.#gathering !== undefined;
  }

  /** All that came so far and was not passed on. */
  get gathered(): Uint8Array {
    const [only, ...others] = this.#early;
    return only !== undefined && others.length === 0 ? only : Buffer.concat(this.#early);
  }

  get hasTrailers(): boolean {
    return this.#trailers.length > 0;
  }

  /** Resolves once the body is whole, or with why it will not be. */
  async gather(limit: number): Promise<BodyFault | undefined> {
    if (this.framing.kind === 'length' && this.framing.length > limit) return tooLarge(limit);
    if (this.bytes > limit) return tooLarge(limit);
    if (this.complete) return undefined;
    return await new Promise((resolve) => {
      this.#gathering = { limit, settle: resolve };
    });
  }

  /** The rest of a body that is being gathered will not come, or is not wanted. */
  giveUp(fault: BodyFault): void {
    this.#settle(fault);
  }

  /** Sends these instead of what was gathered. */
  replace(bytes: Uint8Array): void {
    this.#early = bytes.length > 0 ? [bytes] : [];
  }

  /** False: no more for now. */
  data(chunk: Uint8Array): boolean {
    this.bytes += chunk.length;
    if (this.#upstream === undefined) {
      this.#early.push(chunk);
      this.flowing = this.#gathering !== undefined && this.#mayGather(this.#gathering);
    } else this.flowing = this.#pass(this.#upstream, chunk);
    return this.flowing;
  }

  end(trailers: Headers): void {
    this.complete = true;
    this.#trailers = trailers;
    this.#settle(undefined);
    this.#upstream?.end(trailers);
  }

  /** The head was sent on `upstream`: the body may follow. False: no more for now. */
  forward(upstream: Upstream, sink: PayloadSink | undefined): boolean {
    this.#upstream = upstream;
    this.#sink = sink;
    this.flowing = true;
    for (const chunk of this.#early.splice(0)) this.flowing = this.#pass(upstream, chunk);
    if (this.complete) upstream.end(this.#trailers);
    return this.flowing;
  }

  /** Whether the rest of it cannot be read away after a refusal: it is longer than `drain`, or who waits for "100 Continue" may send it or not, and nobody could tell it from the next request. */
  isLost(expectContinue: boolean, drain: number): boolean {
    const tooLong = this.framing.kind === 'length' && this.framing.length - this.bytes > drain;
    return !this.complete && (expectContinue || tooLong);
  }

  #pass(upstream: Upstream, chunk: Uint8Array): boolean {
    this.#sink?.write(chunk);
    return upstream.data(chunk);
  }

  #mayGather({ limit }: Gathering): boolean {
    if (this.bytes <= limit) return true;
    this.#settle(tooLarge(limit));
    return false;
  }

  #settle(fault: BodyFault | undefined): void {
    const gathering = this.#gathering;
    this.#gathering = undefined;
    gathering?.settle(fault);
  }
}

function tooLarge(limit: number): BodyFault {
  return { reason: 'body-too-large', sentence: `The body is larger than the ${limit} bytes within which it can be judged.` };
}
