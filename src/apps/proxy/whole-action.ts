import type { Action, HttpAction } from '../../core/terms/action.ts';
import { readGathered } from './gathered-body.ts';
import type { GatherBudget } from './gather-budget.ts';
import { malformed } from './read-action.ts';
import type { RequestBody } from './request-body.ts';

/** The action with its whole body; malformed, with the reason, where that cannot be had within `limit` bytes and the budget. */
export async function wholeAction(action: HttpAction, body: RequestBody, limit: number, budget: GatherBudget): Promise<Action> {
  const expected = body.framing.kind === 'length' ? Math.min(body.framing.length, limit) : limit;
  // Once as it came and once decoded.
  const encoded = action.headers.some(([name]) => name === 'content-encoding');
  if (!budget.take(encoded ? expected + limit : expected)) return malformed(action, 'too-many-connections', 'The proxy holds as many bodies to be judged as it may.');
  const fault = await body.gather(limit);
  if (fault !== undefined) return malformed(action, fault.reason, fault.sentence);
  const read = await readGathered(action.headers, body.gathered, limit);
  return 'reason' in read ? malformed(action, read.reason, read.sentence) : { ...action, body: read };
}
