import type { Socket } from 'node:net';
import type { TcpEnd } from '../../adapters/network/tcp-table.ts';
import type { Action, Headers } from '../../core/terms/action.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import { ProtocolFault } from '../../core/traffic/http1/fault.ts';
import type { RequestHead, RequestSink } from '../../core/traffic/http1/message.ts';
import { RequestReader } from '../../core/traffic/http1/request-reader.ts';
import type { AgentSide, AnswerRelay } from './agent-side.ts';
import { type Arrival, AuthorityCheck } from './authority-check.ts';
import type { Timed } from './deadlines.ts';
import { Exchange } from './exchange.ts';
import type { Unheard } from './hang-ups.ts';
import type { House, Stream } from './house.ts';
import { malformed, readAction, UNREAD, unreadAction } from './read-action.ts';
import { type AgentConnection, ResponseRelay } from './response-relay.ts';

/** Opens what a CONNECT asks for, on the socket that is no longer this stream's; or says why the request is refused. */
export type Connect = (head: RequestHead) => ((socket: Socket, rest: Buffer) => void) | Action;

/** Bytes of later requests that are read ahead while one is answered. */
const READ_AHEAD = 65_536;
/** How long what an agent still sends after the last answer has left is read away, so that a reset does not overtake the answer. */
const LINGER = 2_000;

/** The requests of one agent connection, one after the other; the socket is plain or already decrypted. */
export class AgentStream implements RequestSink, AgentSide, AgentConnection, Stream, Timed, Unheard {
  deadline: number;

  readonly #house: House;
  readonly #socket: Socket;
  readonly #tcp: Socket;
  readonly #arrival: Arrival | undefined;
  readonly #check: AuthorityCheck | undefined;
  readonly #connect: Connect | undefined;
  readonly #reader = new RequestReader(this);
  #exchange: Exchange | undefined;
  #tunnel: ((socket: Socket, rest: Buffer) => void) | undefined;
  #ahead: Buffer | undefined;
  #reading = false;
  #gathering = false;
  /** A head has begun and not ended. */
  #partial = false;
  /** Whatever still comes is read away. */
  #deaf = false;
  /** The agent has said that it sends no more. */
  #ended = false;

  /**
   * `arrival` is absent on the explicit listener: each request says for itself where it goes, and may be a CONNECT.
   * `tcp` is what lies beneath `socket`, if that is TLS.
   */
  constructor(house: House, socket: Socket, arrival: Arrival | undefined, connect?: Connect, tcp = socket) {
    this.#house = house;
    this.#socket = socket;
    this.#tcp = tcp;
    this.#arrival = arrival;
    this.#check = arrival && new AuthorityCheck(arrival);
    this.#connect = connect;
    this.deadline = house.deadlines.after(house.limits.idleTimeout);
    house.deadlines.add(this);
    house.streams.add(this);
    socket.on('data', this.#onData);
    socket.on('drain', this.#onDrain);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onClose);
  }

  /** Bytes that were read before this stream had the socket. */
  receive(chunk: Buffer): void {
    this.#onData(chunk);
  }

  retire(): void {
    if (this.#exchange === undefined && !this.#deaf) this.#close();
  }

  giveWay(): boolean {
    if (this.#exchange !== undefined || this.#partial || this.#deaf) return false;
    this.#forget();
    this.#socket.destroy();
    return true;
  }

  /* AgentSide: what the call under way may do. */

  relay(request: RequestHead, call: string): AnswerRelay {
    return new ResponseRelay(this, request, call);
  }

  get closing(): boolean {
    return this.#house.closing();
  }

  get backlogged(): boolean {
    return this.#socket.writableNeedDrain;
  }

  write(data: string | Uint8Array, sent?: () => void): void {
    const written = sent && ((error?: Error | null): void => { if (!error) sent(); });
    if (typeof data === 'string') this.#socket.write(data, 'latin1', written);
    else this.#socket.write(data, written);
  }

  gather(): void {
    if (this.#gathering) return;
    this.#gathering = true;
    this.#socket.cork();
    setImmediate(this.#release);
  }

  pause(): void {
    this.#socket.pause();
    this.#house.hangUps.watch(this);
  }

  resume(): void {
    this.#house.hangUps.forget(this);
    this.#socket.resume();
  }

  done(how: 'reuse' | 'close' | 'reset'): void {
    this.#exchange = undefined;
    if (how === 'reset') this.#reset();
    else if (how === 'close' || this.closing) this.#close();
    else {
      this.deadline = this.#house.deadlines.after(this.#house.limits.idleTimeout);
      if (!this.#reading) this.#goOn();
    }
  }

  /* Timed. */

  expire(): void {
    if (this.#exchange !== undefined) return this.#exchange.expire();
    if (this.#deaf && !this.#socket.writableFinished) return this.#reset();
    if (!this.#partial || this.#deaf) return void this.#socket.destroy();
    this.#refuseUnread('request-timeout', 'The head of the request did not arrive in time.');
  }

  /* Unheard. */

  get localPort(): number {
    return this.#tcp.localPort ?? 0;
  }

  get agent(): TcpEnd {
    return { address: this.#tcp.remoteAddress ?? '', port: this.#tcp.remotePort ?? 0 };
  }

  hungUp(): void {
    this.#exchange?.agentGone();
    this.#socket.destroy();
  }

  /* RequestSink: what the reader finds. */

  head(head: RequestHead): void {
    this.#partial = false;
    this.deadline = this.#house.deadlines.after(this.#house.limits.answerTimeout);
    if (head.method === 'CONNECT' && this.#connect !== undefined) {
      const opened = this.#connect(head);
      if (typeof opened === 'function') this.#tunnel = opened;
      else this.#begin(head, opened);
      return;
    }
    this.#begin(head, readAction(head, this.#check));
  }

  data(chunk: Uint8Array): void {
    this.#exchange?.requestData(chunk);
  }

  end(trailers: Headers): void {
    this.#exchange?.requestEnd(trailers);
  }

  #begin(head: RequestHead, action: Action): void {
    const entry = this.#arrival?.entry ?? (head.method === 'CONNECT' ? 'connect' : 'absolute');
    const judged: Action = this.closing ? malformed(action, 'shutting-down', 'The proxy is shutting down and takes no new calls.') : action;
    this.#exchange = new Exchange(this.#house, this, { call: this.#house.nextCall(), entry, head, action: judged });
    void this.#exchange.start();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#deaf) return;
    if (this.#ahead !== undefined || this.#exchange?.received === true) this.#keep(chunk);
    else this.#read(chunk);
  };

  #read(chunk: Buffer): void {
    let rest = chunk;
    this.#reading = true;
    try {
      while (rest.length > 0 && !this.#deaf && this.#tunnel === undefined && this.#exchange?.received !== true) {
        this.#mindHead();
        rest = rest.subarray(this.#reader.push(rest));
      }
    } catch (error) {
      this.#unreadable(error);
    }
    this.#reading = false;
    if (this.#tunnel !== undefined) this.#handOver(this.#tunnel, rest);
    else if (rest.length > 0 && !this.#deaf) this.#keep(rest);
  }

  /** From its first byte on a head has so long and no longer, however steadily it trickles in. */
  #mindHead(): void {
    if (this.#partial || this.#exchange !== undefined) return;
    this.#partial = true;
    this.deadline = this.#house.deadlines.after(this.#house.limits.headTimeout);
  }

  #keep(chunk: Buffer): void {
    this.#ahead = this.#ahead === undefined ? chunk : Buffer.concat([this.#ahead, chunk]);
    if (this.#ahead.length >= READ_AHEAD) this.pause();
  }

  #goOn(): void {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    this.resume();
    if (ahead !== undefined) this.#read(ahead);
    if (this.#ended) this.#answerLast();
  }

  /** What was asked for in full is answered before our side ends; what was not never will be. */
  #answerLast(): void {
    if (this.#deaf) {
      if (this.#socket.writableFinished) this.#socket.destroy();
    } else if (this.#exchange === undefined) this.#close();
    else if (this.#exchange.received) this.#mindAbsence();
    else this.hungUp();
  }

  /** An agent that is gone looks the same from here as one that waits. */
  #mindAbsence(): void {
    this.#house.hangUps.watch(this);
    void this.#house.hangUps.look();
  }

  #handOver(open: (socket: Socket, rest: Buffer) => void, rest: Buffer): void {
    this.#forget();
    this.#socket.off('data', this.#onData).off('drain', this.#onDrain).off('end', this.#onEnd).off('close', this.#onClose);
    open(this.#socket, rest);
  }

  #unreadable(error: unknown): void {
    const fault = error instanceof ProtocolFault ? error : undefined;
    if (fault === undefined) this.#house.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'a request could not be handled');
    const reason = fault?.reason ?? 'request-malformed';
    const sentence = `The request cannot be read: ${fault?.message ?? 'the proxy failed on it'}.`;
    this.#deaf = true;
    if (this.#exchange === undefined) this.#refuseUnread(reason, sentence);
    else this.#exchange.requestBroken(reason, sentence);
  }

  #refuseUnread(reason: ReasonCode, sentence: string): void {
    this.#deaf = true;
    this.#begin(UNREAD, unreadAction(this.#arrival, reason, sentence));
    this.end([]);
  }

  /**
   * Ends our side once all of the answer has left, however slowly the agent reads it, and reads the other's away for a moment:
   * closing with bytes unread would reset the connection before the answer is read.
   */
  #close(): void {
    const { deadlines, limits } = this.#house;
    this.#deaf = true;
    this.#ahead = undefined;
    this.deadline = deadlines.after(limits.bodyTimeout);
    this.#socket.end(() => {
      this.deadline = deadlines.after(LINGER);
      if (this.#ended) this.#socket.destroy();
    });
    this.resume();
  }

  /** On TCP, also beneath TLS: clients take the end of the connection for the end of the answer, even without TLS's own goodbye. */
  #reset(): void {
    this.#deaf = true;
    this.#tcp.resetAndDestroy();
    this.#socket.destroy();
  }

  readonly #release = (): void => {
    this.#gathering = false;
    this.#socket.uncork();
  };

  readonly #onDrain = (): void => {
    this.#exchange?.agentDrained();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#answerLast();
  };

  readonly #onClose = (): void => {
    this.#forget();
    this.#exchange?.agentGone();
    this.#exchange = undefined;
  };

  #forget(): void {
    this.#house.deadlines.remove(this);
    this.#house.streams.delete(this);
    this.#house.hangUps.forget(this);
  }
}
