import type { Headers, HttpAction } from '../../core/terms/action.ts';
import { forwardableHeaders } from '../../core/traffic/http1/forward.ts';
import type { Framing, RequestHead } from '../../core/traffic/http1/message.ts';
import type { RequestTreatment } from '../../core/traffic/treatment.ts';
import type { UpstreamRequest } from './upstream.ts';

/** What is sent for a permitted call. */
export interface Outgoing {
  readonly request: UpstreamRequest;
  /** Only where the body was gathered: what is sent, and what the record is told of it. */
  readonly body?: { readonly sent: Uint8Array; readonly recorded: Uint8Array };
}

/** The request as it came, without what concerned the agent's connection only. */
export function plainRequest(head: RequestHead, action: HttpAction): UpstreamRequest {
  return {
    method: action.method, authority: action.authority, target: targetText(action.path, action.query),
    headers: forwardableHeaders(head.headers, 'request'), framing: head.framing, trailers: acceptsTrailers(head.headers),
  };
}

/** The request after all treatments, its gathered body decoded: what was judged is what is sent. Throws what a treatment throws. */
export function treatedRequest(head: RequestHead, action: HttpAction, treatments: readonly RequestTreatment[], hasTrailers: boolean): Outgoing {
  const plain = plainRequest(head, action);
  const body = action.body && treatedBody(action.body.bytes, treatments);
  const framing = body === undefined ? plain.framing : framingOf(head.framing, body.sent, hasTrailers);
  let target = { path: action.path, query: action.query };
  let headers = body === undefined ? plain.headers : reframed(plain.headers, framing);
  for (const treatment of treatments) {
    target = treatment.target?.(target) ?? target;
    headers = treatment.headers?.(headers) ?? headers;
  }
  return { request: { ...plain, target: targetText(target.path, target.query), headers, framing }, ...(body && { body }) };
}

function treatedBody(bytes: Uint8Array, treatments: readonly RequestTreatment[]): { sent: Uint8Array; recorded: Uint8Array } {
  let sent = bytes;
  let recorded: Uint8Array | undefined;
  for (const treatment of treatments) {
    if (treatment.confidential === true) recorded ??= sent;
    sent = treatment.body?.(sent) ?? sent;
  }
  return { sent, recorded: recorded ?? sent };
}

function framingOf(framing: Framing, body: Uint8Array, hasTrailers: boolean): Framing {
  if (framing.kind === 'none' && body.length === 0) return framing;
  return hasTrailers ? { kind: 'chunked' } : { kind: 'length', length: body.length };
}

function reframed(headers: Headers, framing: Framing): Headers {
  const kept = headers.filter(([name]) => name !== 'content-length' && name !== 'content-encoding');
  return framing.kind === 'length' ? [...kept, ['content-length', String(framing.length)]] : kept;
}

function targetText(path: string, query: string): string {
  return query === '' ? path : `${path}?${query}`;
}

function acceptsTrailers(headers: Headers): boolean {
  return headers.some(([name, value]) => name === 'te' && /(?:^|[ ,])trailers(?:$|[ ,;])/i.test(value));
}
