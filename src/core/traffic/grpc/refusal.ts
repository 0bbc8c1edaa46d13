import { Buffer } from 'node:buffer';
import type { Headers } from '../../terms/action.ts';
import { REASONS } from '../../terms/reason.ts';
import type { Refused } from '../problem.ts';

const PERMISSION_DENIED = 7;
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;

/** Whether the request is a call of gRPC, by its media type (gRPC over HTTP/2, "Requests"). */
export function isGrpc(headers: Headers): boolean {
  const type = headers.find(([name]) => name === 'content-type')?.[1];
  return type !== undefined && /^application\/grpc(?:$|[+;])/i.test(type);
}

/** What a refused call of gRPC is answered with: trailers alone, in the head of the answer (gRPC over HTTP/2, "Responses"). */
export function grpcRefusal(refused: Refused): Headers {
  const { reason, sentence, rule, hint } = refused;
  const message = hint === undefined ? sentence : `${sentence} ${hint}`;
  return [
    ['content-type', 'application/grpc'],
    ['grpc-status', String(statusOf(REASONS[reason].status))],
    ['grpc-message', percentEncoded(message)],
    ['sallyport-reason', reason],
    ...(rule === undefined ? [] : [['sallyport-rule', percentEncoded(`${rule.policy} ${rule.tool}/${rule.rule}`)] as const]),
  ];
}

function statusOf(http: number): number {
  if (http === 413 || http === 429) return RESOURCE_EXHAUSTED;
  return http >= 500 || http === 408 ? UNAVAILABLE : PERMISSION_DENIED;
}

/** UTF-8, with all but visible ASCII and the percent sign itself escaped. */
function percentEncoded(text: string): string {
  return text.replace(/[^ -$&-~]/gu, (character) => Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''));
}
