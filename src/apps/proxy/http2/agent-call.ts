import type { ServerHttp2Stream } from 'node:http2';
import type { Action, Headers } from '../../../core/terms/action.ts';
import { ProtocolFault } from '../../../core/traffic/http1/fault.ts';
import type { RequestHead } from '../../../core/traffic/http1/message.ts';
import { readHttp2Request } from '../../../core/traffic/http2/request-head.ts';
import { readHttp2Trailers } from '../../../core/traffic/http2/trailers.ts';
import type { AgentSide, AnswerRelay } from '../agent-side.ts';
import type { Arrival, AuthorityCheck } from '../authority-check.ts';
import type { Timed } from '../deadlines.ts';
import { Exchange } from '../exchange.ts';
import type { House } from '../house.ts';
import { malformed, readAction, UNREAD, unreadAction } from '../read-action.ts';
import { Http2Answer } from './answer.ts';
import { FIELD_LIMITS } from './limits.ts';

/** RFC 9113 section 7. */
const NO_ERROR = 0;

/** One stream of an agent's connection: one request and its answer. */
export class AgentCall implements AgentSide, Timed {
  deadline = Number.POSITIVE_INFINITY;
  readonly #house: House;
  readonly #stream: ServerHttp2Stream;
  readonly #arrival: Arrival;
  #exchange: Exchange | undefined;
  #trailers: Headers = [];
  /** Bytes of the body still to come, where that was announced. */
  #missing = Number.POSITIVE_INFINITY;
  #broken = false;

  constructor(house: House, stream: ServerHttp2Stream, arrival: Arrival) {
    this.#house = house;
    this.#stream = stream;
    this.#arrival = arrival;
    house.deadlines.add(this);
    // Everybody who uses the stream learns of its end by "close"; the error itself says nothing that matters.
    stream.on('error', () => {});
    stream.once('close', () => { this.#closed(); });
  }

  begin(list: readonly string[], check: AuthorityCheck): void {
    const ends = this.#stream.endAfterHeaders;
    try {
      const head = readHttp2Request(list, ends, FIELD_LIMITS);
      if (head.framing.kind === 'length') this.#missing = head.framing.length;
      this.#open(head, this.#admissible(readAction(head, check)));
    } catch (error) {
      return this.#refuseUnread(error);
    }
    if (ends) return this.#exchange?.requestEnd([]);
    this.#stream.on('data', (chunk: Buffer) => { this.#data(chunk); });
    this.#stream.on('trailers', (_fields, _flags, fields) => { this.#keepTrailers(fields); });
    this.#stream.once('end', () => { this.#end(); });
    this.#stream.on('drain', () => { this.#exchange?.agentDrained(); });
  }

  /* AgentSide: what the call may do. */

  get backlogged(): boolean {
    return this.#stream.writableNeedDrain;
  }

  relay(request: RequestHead, call: string): AnswerRelay {
    return new Http2Answer(this.#stream, request, call);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  done(how: 'reuse' | 'close' | 'reset'): void {
    this.#exchange = undefined;
    this.deadline = Number.POSITIVE_INFINITY;
    // RFC 9113 section 8.1: the rest of a request that was answered already is not wanted.
    if (how === 'close') this.#stream.close(NO_ERROR);
    if (how === 'reset') this.#stream.destroy(new Error('the answer was broken off'));
  }

  expire(): void {
    if (this.#exchange === undefined) this.#stream.destroy();
    else this.#exchange.expire();
  }

  /** As with connections of HTTP/1.1, of which each has one call: so many at once and no more. */
  #admissible(action: Action): Action {
    if (this.#house.closing()) return malformed(action, 'shutting-down', 'The proxy is shutting down and takes no new calls.');
    if (this.#house.openCalls.size < this.#house.limits.connections) return action;
    return malformed(action, 'too-many-connections', `The proxy has ${this.#house.openCalls.size} calls under way.`);
  }

  #open(head: RequestHead, action: Action): void {
    this.deadline = this.#house.deadlines.after(this.#house.limits.answerTimeout);
    this.#exchange = new Exchange(this.#house, this, { call: this.#house.nextCall(), entry: this.#arrival.entry, head, action });
    void this.#exchange.start();
  }

  #refuseUnread(error: unknown): void {
    const fault = error instanceof ProtocolFault ? error : undefined;
    if (fault === undefined) this.#house.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a request could not be handled');
    this.#open(UNREAD, unreadAction(this.#arrival, fault?.reason ?? 'request-malformed', `The request cannot be read: ${fault?.message ?? 'the proxy failed on it'}.`));
    this.#stream.resume();
    this.#exchange?.requestEnd([]);
  }

  #data(chunk: Buffer): void {
    this.#missing -= chunk.length;
    if (this.#missing < 0) return this.#break('expected the body that content-length announces, got a longer one');
    this.#exchange?.requestData(chunk);
  }

  #end(): void {
    if (this.#missing > 0 && this.#missing !== Number.POSITIVE_INFINITY) return this.#break('expected the body that content-length announces, got a shorter one');
    if (!this.#broken && !this.#stream.aborted) this.#exchange?.requestEnd(this.#trailers);
  }

  #keepTrailers(fields: readonly string[]): void {
    try {
      this.#trailers = readHttp2Trailers(fields, FIELD_LIMITS);
    } catch (error) {
      this.#break(error instanceof Error ? error.message : String(error));
    }
  }

  #break(what: string): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#exchange?.requestBroken('request-malformed', `The request cannot be read: ${what}.`);
  }

  #closed(): void {
    this.#house.deadlines.remove(this);
    // After whoever is told by the same event that all was sent.
    process.nextTick(() => {
      this.#exchange?.agentGone();
      this.#exchange = undefined;
    });
  }
}
