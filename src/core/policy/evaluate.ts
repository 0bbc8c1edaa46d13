import type { Action, HttpAction, TunnelAction } from '../terms/action.ts';
import { Permit } from '../terms/permit.ts';
import type { ReasonCode } from '../terms/reason.ts';
import type { Subject } from '../terms/subject.ts';
import type { Deny, Hold, Verdict } from '../terms/verdict.ts';
import type { Circumstances, RunFacts } from './call-view.ts';
import { canonicalPath } from './canonical-path.ts';
import type { CompiledPolicy } from './compiled.ts';
import { addressesOf, captureOf, limitsOf, namesOf, prevailing, toolsOf, treatmentOf } from './combine.ts';
import { judge, type Note, type Opinion } from './judge.ts';
import { NEVER_FORWARDED } from './methods.ts';
import { readings } from './readings.ts';
import { obstacle } from './selects.ts';
import type { Snapshot } from './snapshot.ts';
import { hintOf, sentenceOf } from './wording.ts';

/**
 * What the policies in force say of one call. The first of these that applies decides:
 *
 * 1. no snapshot: deny;
 * 2. `now` (milliseconds since the epoch) is past `validUntil`: deny;
 * 3. the action is malformed, not in its normal form, of a method that is never forwarded, or asks in a header for one that cannot be told: deny;
 * 4. no policy selects the agent: deny;
 * 5. each policy is asked by itself (see `judge`): a deny rule of any decides, else a hold rule of any, else an allow of
 *    any; where nothing allows: deny.
 *
 * Policies in observe mode have no effect where an enforcing one selects the agent as well. Where only observing ones do,
 * step 5 permits whatever it comes to. In both cases the permit says what enforcing all of them would have done.
 *
 * A request that asks for another method in a header is judged as both, and the stricter answer counts.
 *
 * `note` is told of each step; see `explain`. `run` knows what the agent did before; without it no condition that asks can be told.
 */
export function evaluate(snapshot: Snapshot | undefined, subject: Subject, action: Action, now: number, note?: Note, run?: RunFacts): Verdict {
  if (snapshot === undefined) return noted(note, missing(subject));
  if (isStale(snapshot, now)) return noted(note, stale(snapshot));
  if (action.kind === 'malformed') return noted(note, deny(action.reason, action.sentence));
  const circumstances = { subject, now, run };
  if (action.kind === 'tunnel') return decide(snapshot, action, circumstances, note);
  const crooked = crookedPath(action.path);
  if (crooked !== undefined) return noted(note, crooked);
  if (NEVER_FORWARDED.has(action.method.toUpperCase())) return noted(note, unforwarded(action));
  const read = readings(action);
  if (!read.ok) return noted(note, deny('request-malformed', read.sentence, read.hint));
  const [only, ...others] = read.actions;
  if (only !== undefined && others.length === 0) return decide(snapshot, only, circumstances, note);
  return strictest(read.actions.map((reading) => decide(snapshot, reading, circumstances, note)));
}

/** Steps 4 and 5. */
function decide(snapshot: Snapshot, action: HttpAction | TunnelAction, circumstances: Circumstances, note: Note | undefined): Verdict {
  const { subject } = circumstances;
  const asked = snapshot.compiled.filter((policy) => selected(policy, subject, note));
  const opinions = asked.map((policy) => judge(policy, action, circumstances, note));
  const all = prevailing(opinions);
  if (all === undefined) return noted(note, unselected(snapshot, subject));
  const enforcing = opinions.some(observing) ? opinions.filter((opinion) => !observing(opinion)) : opinions;
  const effective = prevailing(enforcing);
  if (effective !== undefined && effective.kind !== 'allow') return noted(note, refusal(effective, action, enforcing));
  const wouldBe = all.kind === 'allow' ? undefined : refusal(all, action, opinions);
  if (effective === undefined) return noted(note, permit(snapshot, action, all, opinions, wouldBe));
  return noted(note, permit(snapshot, action, effective, enforcing, wouldBe));
}

const observing = ({ policy }: Opinion): boolean => policy.observes;

function selected(policy: CompiledPolicy, subject: Subject, note: Note | undefined): boolean {
  const why = obstacle(policy.source, subject);
  if (note === undefined) return why === undefined;
  const agent = `agent ${subject.namespace}/${subject.agent}`;
  if (why === undefined) note({ policy: policy.reference, outcome: 'passed', sentence: `Policy ${policy.reference} selects ${agent}.` });
  else note({ policy: policy.reference, outcome: 'skipped', sentence: `Policy ${policy.reference} does not select ${agent}: ${why}.` });
  return why === undefined;
}

/** Of the verdicts on the readings of one request. */
function strictest(verdicts: readonly Verdict[]): Verdict {
  return verdicts.find(({ kind }) => kind !== 'permit')
    ?? verdicts.find((verdict) => verdict.kind === 'permit' && verdict.facts.wouldBe !== undefined)
    ?? verdicts[0]
    ?? deny('request-malformed', 'The request can be read in no way.');
}

function permit(snapshot: Snapshot, action: HttpAction | TunnelAction, by: Opinion, opinions: readonly Opinion[], wouldBe: Deny | Hold | undefined): Permit {
  const allowed = by.kind === 'allow';
  const tools = toolsOf(opinions);
  return Permit.issue({
    reason: allowed ? by.reason : 'observed',
    ...('rule' in by && { rule: by.rule.reference }),
    sentence: allowed ? sentenceOf(by, action) : `${sentenceOf(by, action)} It passes because ${by.policy.reference} only observes.`,
    authority: action.authority,
    addresses: addressesOf(tools),
    capture: captureOf(tools),
    treatment: treatmentOf(tools, opinions),
    limits: limitsOf(opinions),
    tools: namesOf(tools),
    generation: snapshot.generation,
    digest: snapshot.digest,
    ...(wouldBe !== undefined && { wouldBe }),
  });
}

function refusal(opinion: Opinion, action: HttpAction | TunnelAction, opinions: readonly Opinion[]): Deny | Hold {
  return {
    kind: opinion.kind === 'hold' ? 'hold' : 'deny',
    reason: opinion.reason,
    ...('rule' in opinion && { rule: opinion.rule.reference }),
    sentence: sentenceOf(opinion, action),
    hint: hintOf(opinion, action, opinions.map(({ policy }) => policy)),
  };
}

const missing = ({ namespace, agent }: Subject): Deny =>
  deny('policy-missing', `There is no policy yet for agent ${namespace}/${agent}.`, 'Try again once a policy has been loaded.');

function unselected({ policies }: Snapshot, subject: Subject): Deny {
  const { namespace, agent } = subject;
  const neighbour = policies.find(({ metadata }) => metadata.namespace === namespace);
  const hint = neighbour === undefined
    ? `It takes an AgentPolicy in namespace ${namespace}.`
    : `Policy ${namespace}/${neighbour.metadata.name} does not select it: ${obstacle(neighbour, subject) ?? ''}.`;
  return deny('policy-missing', `No policy selects agent ${namespace}/${agent}.`, hint);
}

/** Written so that a time which is no number is past it. */
const isStale = ({ validUntil }: Snapshot, now: number): boolean => validUntil !== undefined && !(now <= validUntil);

const stale = ({ validUntil }: Snapshot): Deny =>
  deny('policy-stale', `The policy was good until ${instant(validUntil ?? 0)} and has not been renewed.`, 'See that the proxy reaches its controller.');

/** What was judged must be what is sent, so a path in another than its normal form is not judged. */
function crookedPath(path: string): Deny | undefined {
  const canonical = canonicalPath(path);
  if (!canonical.ok) return deny('path-ambiguous', canonical.sentence);
  return canonical.path === path ? undefined : deny('path-ambiguous', 'The path is not in its normal form.', `Write it as ${canonical.path}.`);
}

const unforwarded = ({ method }: HttpAction): Deny =>
  deny('request-malformed', `${method} is a method that is never forwarded.`, 'Call by another method.');

function deny(reason: ReasonCode, sentence: string, hint?: string): Deny {
  return { kind: 'deny', reason, sentence, ...(hint !== undefined && { hint }) };
}

function noted(note: Note | undefined, verdict: Verdict): Verdict {
  note?.({ outcome: 'decided', sentence: verdict.kind === 'permit' ? verdict.facts.sentence : verdict.sentence });
  return verdict;
}

/** ISO 8601, or the number itself where it is beyond what a date can hold. */
function instant(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}
