import type { Headers } from '../../core/terms/action.ts';
import { forwardableHeaders } from '../../core/traffic/http1/forward.ts';
import type { RequestHead, ResponseHead } from '../../core/traffic/http1/message.ts';
import { CHUNK_END, chunkStart, lastChunk, writeResponseHead } from '../../core/traffic/http1/write.ts';
import { problemBody, problemDocument, PROBLEM_MEDIA_TYPE, type Refused } from '../../core/traffic/problem.ts';
import type { AgentSide } from './agent-side.ts';

export const CALL_HEADER = 'sallyport-call';

/** Bytes of a body that are cheaper to copy than to write by themselves. */
const SMALL = 4096;
const CHUNKED: readonly [string, string] = ['transfer-encoding', 'chunked'];
const CLOSE: readonly [string, string] = ['connection', 'close'];
const KEEP: readonly [string, string] = ['connection', 'keep-alive'];

/** The answer on its way to the agent, whether the upstream's or our own: one head, framed as this agent can read it. */
export class ResponseRelay {
  /** The final head was written: from here on only the rest of it can follow. */
  started = false;
  bytes = 0;
  /** Whether the agent may send another request after this answer. */
  keepAlive: boolean;

  readonly #agent: AgentSide;
  readonly #request: RequestHead;
  readonly #call: string;
  #chunked = false;
  /** Written with the next flush: heads, frames and small bodies leave in one piece, which costs half of what several do. */
  #gathered = '';

  constructor(agent: AgentSide, request: RequestHead, call: string) {
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

  /** Calls back when the whole answer has left for the agent. */
  end(trailers: Headers, sent: () => void): void {
    if (this.#chunked) this.#gathered += lastChunk(trailers.filter(isNotOurs));
    const text = this.#gathered;
    this.#gathered = '';
    this.#agent.write(text, sent);
  }

  /** Writes what was gathered. */
  flush(): void {
    if (this.#gathered === '') return;
    const text = this.#gathered;
    this.#gathered = '';
    this.#agent.write(text);
  }

  /** Our own answer, whole. */
  problem(refused: Refused, keepAlive: boolean): void {
    this.keepAlive &&= keepAlive;
    const { status, title } = problemDocument(refused);
    const body = Buffer.from(problemBody(refused));
    this.#start(status, title, [['content-type', PROBLEM_MEDIA_TYPE], ['content-length', String(body.length)]], false);
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
