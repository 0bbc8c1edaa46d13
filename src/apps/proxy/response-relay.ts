import type { Headers } from '../../core/terms/action.ts';
import { forwardableHeaders } from '../../core/traffic/http1/forward.ts';
import type { RequestHead, ResponseHead } from '../../core/traffic/http1/message.ts';
import { CHUNK_END, chunkStart, lastChunk, writeResponseHead } from '../../core/traffic/http1/write.ts';
import { refusalAnswer, type Refused } from '../../core/traffic/problem.ts';
import type { AnswerRelay } from './agent-side.ts';

export const CALL_HEADER = 'sallyport-call';

/** Bytes of a body that are cheaper to copy than to write by themselves. */
const SMALL = 4096;
const CHUNKED: readonly [string, string] = ['transfer-encoding', 'chunked'];
const CLOSE: readonly [string, string] = ['connection', 'close'];
const KEEP: readonly [string, string] = ['connection', 'keep-alive'];

/** A connection of HTTP/1 that can be written to. */
export interface AgentConnection {
  /** No further call may come on it. */
  readonly closing: boolean;
  /** Strings are latin1. Calls back when this and all before it has left the process; never if the connection ends first. */
  write(data: string | Uint8Array, sent?: () => void): void;
  /** What is written from here to the end of this turn of the event loop leaves in one piece. */
  gather(): void;
}

/** An answer in HTTP/1.1: one head, framed as this agent can read it. */
export class ResponseRelay implements AnswerRelay {
  started = false;
  bytes = 0;
  keepAlive: boolean;

  readonly #agent: AgentConnection;
  readonly #request: RequestHead;
  readonly #call: string;
  #chunked = false;
  /** Written with the next flush: heads, frames and small bodies leave in one piece, which costs half of what several do. */
  #gathered = '';

  constructor(agent: AgentConnection, request: RequestHead, call: string) {
    this.#agent = agent;
    this.#request = request;
    this.#call = call;
    this.keepAlive = request.keepAlive;
  }

  continue(): void {
    this.#agent.write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** 100 is the proxy's own answer to Expect; the others are passed on to those who know them. */
  informational(head: ResponseHead): void {
    if (head.status === 100 || this.#request.version === '1.0') return;
    this.#gathered += writeResponseHead(head.status, head.statusText, forwardableHeaders(head.headers, 'response').filter(isNotOurs));
  }

  head(head: ResponseHead): void {
    const unsized = head.framing.kind === 'chunked' || head.framing.kind === 'until-close';
    this.#chunked = unsized && this.#request.version === '1.1';
    const framing = this.#chunked ? [CHUNKED] : [];
    this.#start(head.status, head.statusText, [...forwardableHeaders(head.headers, 'response').filter(isNotOurs), ...framing], unsized);
  }

  data(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.#chunked) this.#gathered += chunkStart(chunk.length);
    if (chunk.length <= SMALL) this.#gathered += latin1(chunk);
    else {
      // TLS hands on its records one by one, and each write of its own would be a record and a system call again.
      this.#agent.gather();
      this.flush();
      this.#agent.write(chunk);
    }
    if (this.#chunked) this.#gathered += CHUNK_END;
  }

  end(trailers: Headers, sent: () => void): void {
    if (this.#chunked) this.#gathered += lastChunk(trailers.filter(isNotOurs));
    const text = this.#gathered;
    this.#gathered = '';
    this.#agent.write(text, sent);
  }

  flush(): void {
    if (this.#gathered === '') return;
    const text = this.#gathered;
    this.#gathered = '';
    this.#agent.write(text);
  }

  problem(refused: Refused, keepAlive: boolean): void {
    this.keepAlive &&= keepAlive;
    const { status, title, headers, body: text } = refusalAnswer(refused);
    const body = Buffer.from(text);
    this.#start(status, title, [...headers, ['content-length', String(body.length)]], false);
    if (this.#request.method !== 'HEAD') this.#gathered += latin1(body);
    this.flush();
  }

  #start(status: number, statusText: string, headers: Headers, unsized: boolean): void {
    this.started = true;
    if (this.#agent.closing || (unsized && !this.#chunked)) this.keepAlive = false;
    this.#gathered += writeResponseHead(status, statusText, [...headers, [CALL_HEADER, this.#call], ...this.#persistence()]);
  }

  #persistence(): Headers {
    if (!this.keepAlive) return [CLOSE];
    return this.#request.version === '1.0' ? [KEEP] : [];
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** Only we say which record a call has. */
function isNotOurs([name]: readonly [string, string]): boolean {
  return name !== CALL_HEADER;
}
