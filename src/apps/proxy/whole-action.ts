import type { Needs } from '../../core/policy/needs.ts';
import type { Action, HttpAction } from '../../core/terms/action.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import { readGathered } from './gathered-body.ts';
import type { GatherBudget } from './gather-budget.ts';
import { malformed } from './read-action.ts';
import { withMessages } from './read-messages.ts';
import type { RequestBody } from './request-body.ts';

/** What policies that only observe do without. */
const UNJUDGED: ReadonlySet<ReasonCode> = new Set(['body-too-large', 'body-unreadable', 'too-many-connections']);

/** The action with its whole body and what that says; malformed, with the reason, where that cannot be had within its bounds and the budget, unless it is only observed. */
export async function wholeAction(action: HttpAction, body: RequestBody, needs: Needs, budget: GatherBudget): Promise<Action> {
  const whole = await gatheredAction(action, body, needs.body, budget);
  if (whole.kind === 'http') return withMessages(whole, needs);
  return needs.optional && whole.kind === 'malformed' && UNJUDGED.has(whole.reason) ? action : whole;
}

async function gatheredAction(action: HttpAction, body: RequestBody, limit: number, budget: GatherBudget): Promise<Action> {
  const expected = body.framing.kind === 'length' ? Math.min(body.framing.length, limit) : limit;
  // Once as it came and once decoded.
  const encoded = action.headers.some(([name]) => name === 'content-encoding');
  if (!budget.take(encoded ? expected + limit : expected)) return malformed(action, 'too-many-connections', 'The proxy holds as many bodies to be judged as it may.');
  const fault = await body.gather(limit);
  if (fault !== undefined) return malformed(action, fault.reason, fault.sentence);
  const read = await readGathered(action.headers, body.gathered, limit);
  return 'reason' in read ? malformed(action, read.reason, read.sentence) : { ...action, body: read };
}
