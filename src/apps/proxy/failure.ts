import { DialFault } from '../../adapters/network/dial-fault.ts';
import { errorText } from '../../core/terms/error-text.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import { ProtocolFault } from '../../core/traffic/http1/fault.ts';

export interface Failure {
  readonly reason: ReasonCode;
  readonly sentence: string;
  readonly hint?: string;
}

/** What kept a permitted call from reaching its upstream, for the record and for the agent. */
export function failureOf(error: unknown): Failure {
  if (error instanceof DialFault) return { reason: error.reason, sentence: `${error.sentence}.`, ...(error.hint !== undefined && { hint: error.hint }) };
  if (error instanceof ProtocolFault) return { reason: error.reason, sentence: `The request cannot be sent: ${error.message}.` };
  return { reason: 'upstream-unreachable', sentence: `The upstream could not be reached: ${errorText(error)}.` };
}
