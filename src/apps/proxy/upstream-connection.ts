import type { Socket } from 'node:net';
import { authorityText } from '../../core/address/authority-text.ts';
import type { Headers } from '../../core/terms/action.ts';
import { errorText } from '../../core/terms/error-text.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { ResponseSink } from '../../core/traffic/http1/message.ts';
import { ResponseReader } from '../../core/traffic/http1/response-reader.ts';
import { CHUNK_END, chunkStart, lastChunk, writeRequestHead } from '../../core/traffic/http1/write.ts';
import type { Timed } from './deadlines.ts';
import type { Dialled, DialTiming } from './ports.ts';
import type { Upstream, UpstreamRequest, UpstreamUser } from './upstream.ts';

const CHUNKED: readonly [string, string] = ['transfer-encoding', 'chunked'];

/** Whoever keeps the connection. */
export interface UpstreamOwner {
  /** An exchange ended well, and another may follow. */
  free(connection: UpstreamConnection): void;
  closed(connection: UpstreamConnection): void;
}

/** One connection of HTTP/1.1 to one authority at one address; carries one exchange at a time. */
export class UpstreamConnection implements Upstream, Timed {
  readonly key: string;
  readonly address: string;
  readonly timing: DialTiming;
  deadline = Number.POSITIVE_INFINITY;
  /** Milliseconds that the server says it keeps an idle connection for. */
  serverPatience = Number.POSITIVE_INFINITY;

  readonly #owner: UpstreamOwner;
  readonly #socket: Socket;
  readonly #reader: ResponseReader;
  #user: UpstreamUser | undefined;
  #touched = false;
  #reusable = false;
  #chunked = false;

  constructor(key: string, dialled: Dialled, owner: UpstreamOwner) {
    const { socket, address, timing } = dialled;
    this.key = key;
    this.address = address;
    this.timing = timing;
    this.#owner = owner;
    this.#socket = socket;
    this.#reader = new ResponseReader(this.#answerSink());
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => { this.#receive(chunk); });
    socket.on('drain', () => { this.#user?.drained(); });
    socket.on('end', () => { this.#receiveEnd(); });
    socket.on('error', (error) => { this.#break('upstream-unreachable', `The connection to the upstream failed: ${error.message}.`); });
    socket.on('close', () => {
      this.#break('upstream-unreachable', 'The upstream closed the connection before it had answered.');
      owner.closed(this);
    });
  }

  get alive(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  begin({ method, target, authority, headers, framing }: UpstreamRequest, user: UpstreamUser): void {
    this.#chunked = framing.kind === 'chunked';
    const host: [string, string] = ['host', authorityText(authority)];
    const head = writeRequestHead(method, target, this.#chunked ? [host, ...headers, CHUNKED] : [host, ...headers]);
    this.deadline = Number.POSITIVE_INFINITY;
    this.#user = user;
    this.#touched = false;
    this.#reusable = false;
    this.#reader.expect(method);
    this.#socket.cork();
    this.#socket.write(head, 'latin1');
  }

  data(chunk: Uint8Array): boolean {
    if (!this.#chunked) return this.#socket.write(chunk);
    this.#socket.cork();
    this.#socket.write(chunkStart(chunk.length), 'latin1');
    this.#socket.write(chunk);
    const more = this.#socket.write(CHUNK_END, 'latin1');
    this.#socket.uncork();
    return more;
  }

  end(trailers: Headers): void {
    if (this.#chunked) this.#socket.write(lastChunk(trailers), 'latin1');
  }

  flush(): void {
    this.#socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Idle for too long. */
  expire(): void {
    this.destroy();
  }

  /** Ends it without telling its user. */
  destroy(): void {
    this.#user = undefined;
    this.#reusable = false;
    this.#socket.destroy();
  }

  #answerSink(): ResponseSink {
    return {
      informational: (head) => { this.#user?.informational(head); },
      head: (head) => {
        this.#reusable = head.keepAlive;
        this.serverPatience = keepAliveTimeout(head.headers);
        this.#user?.head(head);
      },
      data: (chunk) => { this.#user?.data(chunk); },
      end: (trailers) => {
        const user = this.#user;
        this.#user = undefined;
        user?.end(trailers);
      },
    };
  }

  #receive(chunk: Buffer): void {
    const user = this.#user;
    // An answer to nothing would be taken for the answer to whatever is sent next.
    if (user === undefined) return this.destroy();
    this.#touched = true;
    try {
      if (this.#reader.push(chunk) < chunk.length) this.destroy();
    } catch (error) {
      this.#fault(error);
    }
    user.batchEnds();
    if (this.#user === undefined) this.#settle();
  }

  /** Only now is it certain that nothing came behind the answer, so that the next call may use the connection. */
  #settle(): void {
    // The last agent may have been slow to the end: an idle connection has to be read, or its end would go unseen.
    if (this.#socket.isPaused()) this.#socket.resume();
    if (this.#reusable && this.alive) this.#owner.free(this);
    else this.destroy();
  }

  #receiveEnd(): void {
    if (this.#user === undefined) return this.destroy();
    if (!this.#touched) return this.#break('upstream-unreachable', 'The upstream closed the connection without an answer.');
    try {
      this.#reader.end();
    } catch (error) {
      this.#fault(error);
    }
    this.#socket.destroy();
  }

  #fault(error: unknown): void {
    this.#break('upstream-malformed', `The upstream's answer cannot be passed on: ${errorText(error)}.`);
  }

  #break(reason: ReasonCode, sentence: string): void {
    const user = this.#user;
    this.destroy();
    user?.broken({ reason, sentence, untouched: !this.#touched });
  }
}

/** The de-facto parameter `timeout=SECONDS` of Keep-Alive. A second less, so that we give it up before the server does. */
function keepAliveTimeout(headers: Headers): number {
  const value = headers.find(([name]) => name === 'keep-alive')?.[1];
  const seconds = value === undefined ? undefined : /(?:^|[,; ])timeout=(\d{1,6})\b/i.exec(value)?.[1];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(seconds) * 1000 - 1000);
}
