import type { ServerHttp2Session, ServerHttp2Stream, ServerSessionOptions } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { type Arrival, AuthorityCheck } from '../authority-check.ts';
import type { Timed } from '../deadlines.ts';
import type { House, Stream } from '../house.ts';
import { AgentCall } from './agent-call.ts';

/**
 * Bounds of one connection. Of resets, pings, settings, frames that are no use and fields that go on and on (CONTINUATION) the library
 * counts what comes and ends the connection; a stream keeps at most its window of bytes that nobody has read.
 */
const OPTIONS: ServerSessionOptions = {
  settings: { maxConcurrentStreams: 100, initialWindowSize: 65_535, maxHeaderListSize: 131_072, enableConnectProtocol: false },
  // More than is let through (see `FIELD_LIMITS`), so that what is over gets an answer and a record and not only a reset.
  maxHeaderListPairs: 256,
  maxSessionMemory: 10,
  maxSettings: 32,
  maxSessionInvalidFrames: 100,
  maxSessionRejectedStreams: 100,
  streamResetBurst: 300,
  streamResetRate: 50,
};

/** One agent's connection of HTTP/2: each of its streams is one call. */
export class AgentSession implements Stream, Timed {
  deadline: number;
  readonly #house: House;
  readonly #arrival: Arrival;
  readonly #check: AuthorityCheck;
  readonly #session: ServerHttp2Session;
  #calls = 0;

  constructor(house: House, socket: TLSSocket, arrival: Arrival) {
    this.#house = house;
    this.#arrival = arrival;
    this.#check = new AuthorityCheck(arrival);
    this.deadline = house.deadlines.after(house.limits.idleTimeout);
    house.deadlines.add(this);
    house.streams.add(this);
    // Only `tls.Server` says so; the library would wait for it.
    Object.assign(socket, { secureConnecting: false });
    // Loaded with the first that speaks it: most agents never do, and each pod would pay for it.
    this.#session = process.getBuiltinModule('node:http2').performServerHandshake(socket, OPTIONS);
    this.#session.on('stream', (stream, _headers, _flags, list) => { this.#begin(stream, list); });
    this.#session.on('error', (error: Error) => { this.#failed(error); });
    this.#session.on('close', () => { this.#forget(); });
  }

  /** Says that no more calls are taken, and ends with the last one. */
  retire(): void {
    this.#session.close();
  }

  giveWay(): boolean {
    if (this.#calls > 0) return false;
    this.#session.destroy();
    this.#forget();
    return true;
  }

  /** No call for too long. */
  expire(): void {
    if (this.#calls === 0) this.#session.close();
  }

  #begin(stream: ServerHttp2Stream, list: readonly string[]): void {
    this.#calls += 1;
    this.deadline = Number.POSITIVE_INFINITY;
    stream.once('close', () => {
      this.#calls -= 1;
      if (this.#calls === 0) this.deadline = this.#house.deadlines.after(this.#house.limits.idleTimeout);
    });
    new AgentCall(this.#house, stream, this.#arrival).begin(list, this.#check);
  }

  /** Most often an agent that broke the rules of the protocol or a bound; what it had under way ends by itself. */
  #failed(error: Error): void {
    const { claims, entry } = this.#arrival;
    this.#house.notices.say({
      event: 'http2-failed', reason: 'request-malformed', sentence: `The agent's HTTP/2 connection for ${claims[0]?.host ?? 'nobody'} was ended: ${error.message}.`, facts: { entry },
    });
  }

  #forget(): void {
    this.#house.deadlines.remove(this);
    this.#house.streams.delete(this);
  }
}
