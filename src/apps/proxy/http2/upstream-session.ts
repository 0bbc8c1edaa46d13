import type { ClientHttp2Session, ClientSessionOptions } from 'node:http2';
import type { Timed } from '../deadlines.ts';
import type { Dialled, DialTiming } from '../ports.ts';
import { Http2Upstream } from './upstream-stream.ts';

/** What a server may make us hold; pushed streams are refused. */
const OPTIONS: ClientSessionOptions = {
  settings: { enablePush: false, initialWindowSize: 262_144, maxHeaderListSize: 131_072 },
  maxHeaderListPairs: 256,
  maxReservedRemoteStreams: 0,
  maxSessionMemory: 32,
  maxSettings: 32,
};

/** A window for all streams together, so that one that stands still does not hold up the others. */
const WINDOW = 4 * 1024 * 1024;

export interface SessionOwner {
  /** No call is under way on it any more; milliseconds for which it may stay open. */
  readonly patience: () => number;
  closed(session: UpstreamSession): void;
}

/** One connection of HTTP/2 to one authority at one address; carries as many calls at once as the server lets it. */
export class UpstreamSession implements Timed {
  readonly key: string;
  readonly address: string;
  readonly timing: DialTiming;
  deadline = Number.POSITIVE_INFINITY;
  readonly #session: ClientHttp2Session;
  readonly #owner: SessionOwner;
  #calls = 0;
  #leaving = false;

  constructor(key: string, { socket, address, timing }: Dialled, owner: SessionOwner) {
    this.key = key;
    this.address = address;
    this.timing = timing;
    this.#owner = owner;
    socket.setNoDelay(true);
    this.#session = process.getBuiltinModule('node:http2').connect('https://upstream.invalid', { ...OPTIONS, createConnection: () => socket });
    this.#session.once('connect', () => { this.#session.setLocalWindowSize(WINDOW); });
    // Each stream tells its own user.
    this.#session.on('error', () => {});
    // The calls that the server says it has taken still end (RFC 9113 section 6.8); no other may begin here.
    this.#session.on('goaway', () => { this.#leaving = true; });
    this.#session.on('close', () => { owner.closed(this); });
  }

  /** Whether another call may begin on it. */
  get open(): boolean {
    return !this.#leaving && !this.#session.closed && !this.#session.destroyed;
  }

  stream(): Http2Upstream {
    this.#calls += 1;
    this.deadline = Number.POSITIVE_INFINITY;
    return new Http2Upstream(this, (fields, options) => this.#session.request(fields, options), () => {
      this.#calls -= 1;
      if (this.#calls === 0) this.deadline = this.#owner.patience();
    });
  }

  /** Idle for too long. */
  expire(): void {
    if (this.#calls === 0) this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
  }
}
