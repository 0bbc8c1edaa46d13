import type { RequestHead } from '../../core/traffic/http1/message.ts';
import type { Breakage } from './upstream.ts';

/** RFC 9110 section 9.2.2: sending them twice has the effect of sending them once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Whether a call without a body may be sent once more: the upstream did nothing with it, or a connection that was kept open had ended unseen. */
export function maySendAgain({ unprocessed, untouched }: Breakage, { method, framing }: RequestHead, reused: boolean): boolean {
  return framing.kind === 'none' && (unprocessed === true || (reused && untouched && IDEMPOTENT.has(method)));
}
