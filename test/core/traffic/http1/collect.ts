import { CHUNK_END, chunkStart, lastChunk, writeRequestHead, writeResponseHead } from '../../../../src/core/traffic/http1/write.ts';
import { ProtocolFault } from '../../../../src/core/traffic/http1/fault.ts';
import type { Limits } from '../../../../src/core/traffic/http1/limits.ts';
import type { Framing, RequestHead, ResponseHead } from '../../../../src/core/traffic/http1/message.ts';
import { RequestReader } from '../../../../src/core/traffic/http1/request-reader.ts';
import { ResponseReader } from '../../../../src/core/traffic/http1/response-reader.ts';
import type { Headers } from '../../../../src/core/terms/action.ts';

/** One message as it was delivered, its body as latin1 text. */
export interface Message<Head> {
  readonly head: Head;
  body: string;
  trailers: Headers;
  /** False where the bytes ended within it. */
  complete: boolean;
  /** Index after its last byte. */
  end: number;
}

export interface Conversation<Head> {
  readonly messages: Message<Head>[];
  readonly informational: ResponseHead[];
  fault?: ProtocolFault;
}

export type Cut = (length: number) => number;
export const whole: Cut = (length) => length;
export const byteByByte: Cut = () => 1;

/** All requests in `bytes`, pushed in pieces of `cut` bytes; `closes` adds the end of the connection. */
export function readRequests(bytes: Uint8Array, cut: Cut, closes = false, limits?: Limits): Conversation<RequestHead> {
  const { conversation, sink } = collector<RequestHead>();
  const reader = new RequestReader(sink, limits);
  return driven(conversation, bytes, cut, (chunk) => reader.push(chunk), closes ? () => reader.end() : undefined);
}

/** All responses in `bytes`, the n-th answering a request with the n-th method; the last method counts for all further ones. */
export function readResponses(bytes: Uint8Array, cut: Cut, methods: readonly string[], closes = false, limits?: Limits): Conversation<ResponseHead> {
  const { conversation, sink } = collector<ResponseHead>();
  const reader = new ResponseReader(sink, limits);
  let expected = 0;
  const push = (chunk: Uint8Array): number => {
    const ended = conversation.messages.filter(({ complete }) => complete).length;
    if (ended === expected && expected < methods.length) reader.expect(methods[expected++] ?? 'GET');
    return reader.push(chunk);
  };
  return driven(conversation, bytes, cut, push, closes ? () => reader.end() : undefined);
}

function collector<Head>() {
  const conversation: Conversation<Head> = { messages: [], informational: [] };
  const last = (): Message<Head> => {
    const message = conversation.messages.at(-1);
    if (message === undefined || message.complete) throw new Error('a part of a message was delivered before its head or after its end');
    return message;
  };
  const sink = {
    informational: (head: ResponseHead) => void conversation.informational.push(head),
    head(head: Head): void {
      if (conversation.messages.at(-1)?.complete === false) throw new Error('a head was delivered before the end of the last message');
      conversation.messages.push({ head, body: '', trailers: [], complete: false, end: -1 });
    },
    data(chunk: Uint8Array): void {
      if (chunk.length === 0) throw new Error('an empty piece of a body was delivered');
      last().body += Buffer.from(chunk).toString('latin1');
    },
    end: (trailers: Headers) => void Object.assign(last(), { trailers, complete: true }),
  };
  return { conversation, sink };
}

function driven<Head>(conversation: Conversation<Head>, bytes: Uint8Array, cut: Cut, push: (chunk: Uint8Array) => number, end?: () => void): Conversation<Head> {
  try {
    for (let at = 0; at < bytes.length;) {
      at += pushed(conversation, bytes.subarray(at, at + Math.max(1, cut(bytes.length))), push);
      endsAt(conversation, at);
    }
    end?.();
    endsAt(conversation, bytes.length);
  } catch (error) {
    if (!(error instanceof ProtocolFault)) throw error;
    conversation.fault = error;
  }
  return conversation;
}

function pushed<Head>({ messages }: Conversation<Head>, piece: Uint8Array, push: (chunk: Uint8Array) => number): number {
  const consumed = push(piece);
  if (consumed < 1 || consumed > piece.length) throw new Error(`${consumed} of ${piece.length} bytes consumed`);
  if (consumed < piece.length && messages.at(-1)?.complete !== true) throw new Error('bytes were left over within a message');
  return consumed;
}

function endsAt<Head>({ messages }: Conversation<Head>, at: number): void {
  const message = messages.at(-1);
  if (message?.complete === true && message.end === -1) message.end = at;
}

/** The request as the proxy would write it without changing anything. */
export function rewriteRequest({ head, body, trailers }: Message<RequestHead>): Uint8Array {
  // An HTTP/1.0 request may lack the Host without which nothing is written.
  const host: Headers = head.headers.some(([name]) => name === 'host') ? [] : [['host', 'added.example']];
  return rewritten(writeRequestHead(head.method, head.target, [...head.headers, ...host]), head.framing, body, trailers);
}

export function rewriteResponse({ head, body, trailers }: Message<ResponseHead>): Uint8Array {
  return rewritten(writeResponseHead(head.status, head.statusText, head.headers), head.framing, body, trailers);
}

function rewritten(head: string, framing: Framing, body: string, trailers: Headers): Uint8Array {
  const chunk = body === '' ? '' : chunkStart(body.length) + body + CHUNK_END;
  return Buffer.from(head + (framing.kind === 'chunked' ? chunk + lastChunk(trailers) : body), 'latin1');
}

/** What has to stay the same however a message is cut up, written back, or read by somebody else. */
export function meaning({ head, body, trailers, complete }: Message<RequestHead | ResponseHead>) {
  const start = 'method' in head ? { method: head.method, target: head.target } : { status: head.status, statusText: head.statusText };
  return { ...start, headers: head.headers.filter(([, value]) => value !== 'added.example'), framing: head.framing, body, trailers, complete };
}
