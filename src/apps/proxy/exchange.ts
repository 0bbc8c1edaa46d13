import type { Entry } from '../../core/evidence/draft.ts';
import type { Needs } from '../../core/policy/needs.ts';
import type { CallHold } from '../../core/policy/usage.ts';
import type { Action, Headers, HttpAction } from '../../core/terms/action.ts';
import type { Permit } from '../../core/terms/permit.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { RequestHead, ResponseHead } from '../../core/traffic/http1/message.ts';
import type { Refused } from '../../core/traffic/problem.ts';
import { AbsentAgent } from './absent-agent.ts';
import type { AgentSide, AnswerRelay } from './agent-side.ts';
import { AnswerPipe } from './answer-pipe.ts';
import { CallFacts, mediaTypeOf } from './call-facts.ts';
import { failureOf } from './failure.ts';
import { GatherBudget } from './gather-budget.ts';
import { HINTS } from './hints.ts';
import type { House } from './house.ts';
import type { OpenCall } from './open-calls.ts';
import type { Ending } from './outcome.ts';
import { plainRequest, treatedRequest } from './outgoing.ts';
import { RequestBody } from './request-body.ts';
import { type MadeTreatments, factsOf, makeTreatments, type TreatmentKind } from './treatments.ts';
import type { Breakage, Upstream, UpstreamUser } from './upstream.ts';
import { wordsFor } from './refusal-words.ts';
import { maySendAgain } from './send-again.ts';
import { Upload } from './upload.ts';
import { wholeAction } from './whole-action.ts';

export interface Request {
  readonly call: string;
  readonly entry: Entry;
  readonly head: RequestHead;
  readonly action: Action;
}

const GONE = { reason: 'client-gone', sentence: 'The agent hung up before the call was over.' } as const;

/**
 * One call from its head to its end: judged and recorded by the guard, then sent on the permit, both bodies streamed, the
 * outcome recorded. Only `#send` reaches the upstream, and it is given the permit.
 */
export class Exchange implements UpstreamUser, OpenCall {
  readonly #house: House;
  #agent: AgentSide;
  readonly #request: Request;
  readonly #body: RequestBody;
  #relay: AnswerRelay;
  readonly #facts: CallFacts;
  /** As it was judged: with its body, where that was needed. */
  #action: Action;
  /** State of the guard that the permit comes from, or was upheld in. */
  #judgedAt: number;
  #needs: Needs | undefined;
  #permit: Permit | undefined;
  #share: CallHold | undefined;
  #upload: Upload | undefined;
  #treatments: MadeTreatments | undefined;
  #pipe: AnswerPipe | undefined;
  /** Held from the sending of the request to the end of the answer; then it is somebody else's. */
  #upstream: Upstream | undefined;
  #dialling: AbortController | undefined;
  /** The agent takes no more of the answer for now. */
  #stalled = false;
  /** What the answer passes through takes no more of it for now. */
  #held = false;
  /** Nothing more will be passed on in either direction. */
  #over = false;
  /** The answer is whole, and its tail still has to leave for the agent. */
  #leaving = false;
  /** What ended the call before it was permitted; only if it is will there be an outcome. */
  #unsent: Ending | undefined;
  /** Bytes of the body read away after the answer, so that the connection can go on. */
  #drained = 0;
  /** The request was sent once more. */
  #again = false;
  #budget: GatherBudget | undefined;

  /** Whether the agent has sent all of this call. */
  get received(): boolean {
    return this.#body.complete;
  }

  constructor(house: House, agent: AgentSide, request: Request) {
    this.#house = house;
    this.#agent = agent;
    this.#request = request;
    this.#action = request.action;
    this.#judgedAt = house.guard.changes;
    this.#body = new RequestBody(request.head.framing);
    this.#relay = agent.relay(request.head, request.call);
    this.#facts = new CallFacts(request.call);
  }

  async start(): Promise<void> {
    const { call, entry, head, action } = this.#request;
    const { guard, openCalls, treatments } = this.#house;
    openCalls.add(this);
    const needs = this.#needs = guard.needs(action);
    if (needs !== undefined && action.kind === 'http') this.#action = await this.#gather(action, needs);
    const admission = await guard.admit({ call, entry, action: this.#action });
    if ('refused' in admission) return this.#refuse(admission.refused);
    const { permit, hold } = admission;
    this.#share = hold;
    this.#permit = permit;
    if (this.#unsent !== undefined) return void this.#record(this.#unsent);
    const judged = this.#action;
    if (judged.kind !== 'http') return this.#fail('request-malformed', 'The request cannot be sent.');
    this.rejudge();
    if (head.expectContinue && this.#body.bytes === 0 && !this.#over) this.#relay.continue();
    this.#upload = new Upload(guard, permit, judged);
    if (!this.#maySend()) return;
    const kinds = treatments.of(permit.facts.treatment);
    if (kinds.length > 0) await this.#treat(kinds, permit, judged);
    await this.#send(permit, judged, true);
  }

  /* What the agent's connection tells. */

  requestData(chunk: Uint8Array): void {
    if (this.#over) return this.#drain(chunk.length);
    this.#house.metrics.requestBytes += chunk.length;
    this.#agent.deadline = this.#house.deadlines.after(this.#house.limits.bodyTimeout);
    if (!this.#maySend(chunk.length)) return;
    if (!this.#body.data(chunk)) this.#agent.pause();
  }

  requestEnd(trailers: Headers): void {
    this.#body.end(trailers);
    if (this.#over) return this.#leaving ? undefined : this.#leave();
    this.#agent.deadline = this.#house.deadlines.after(this.#house.limits.answerTimeout);
  }

  /** The rest of the request cannot be read. */
  requestBroken(reason: ReasonCode, sentence: string): void {
    this.#relay.keepAlive = false;
    if (this.#body.gathering) return this.#body.giveUp({ reason, sentence });
    if (!this.#over) this.#fail(reason, sentence);
    else if (!this.#leaving) this.#agent.done('close');
  }

  agentDrained(): void {
    this.#stalled = false;
    if (!this.#held) this.#upstream?.resume();
  }

  agentGone(): void {
    if (this.#agent instanceof AbsentAgent || (this.#over && !this.#leaving)) return;
    this.#body.giveUp(GONE);
    if (!this.#over && this.#body.complete && this.#upstream !== undefined && this.#treatments?.answer.some(({ metered }) => metered)) this.#readOn(this.#upstream);
    else this.#end({ result: 'cut', ...GONE });
  }

  expire(): void {
    if (this.#leaving) return this.#end({ result: 'cut', reason: 'client-gone', sentence: 'The agent did not read the end of the answer for too long.' });
    if (this.#over) return this.#agent.done('close');
    if (this.#body.gathering) return this.#body.giveUp({ reason: 'request-timeout', sentence: 'The rest of the request did not arrive in time.' });
    if (this.#stalled) return this.#fail('client-gone', 'The agent did not read the answer for too long.');
    if (this.#relay.started) return this.#fail('upstream-timeout', 'The answer stood still for too long.');
    if (!this.#body.complete && this.#body.flowing) return this.#fail('request-timeout', 'The rest of the request did not arrive in time.');
    this.#fail('upstream-timeout', 'The upstream did not answer in time.');
  }

  /* What the policy and the end of the proxy tell. */

  rejudge(): void {
    const { guard } = this.#house;
    if (this.#over || this.#permit === undefined || this.#judgedAt === guard.changes) return;
    const objection = guard.objection(this.#action, this.#upstream?.address);
    if (objection === undefined) this.#judgedAt = guard.changes;
    else this.#fail(objection.reason, objection.sentence);
  }

  shutDown(): void {
    const why = { reason: 'shutting-down', sentence: 'The proxy was shut down before the call was over.' } as const;
    this.#body.giveUp(why);
    if (!this.#over || this.#leaving) this.#end({ result: 'cut', ...why });
  }

  /* What the upstream's connection tells. */

  batchEnds(): void {
    this.#relay.flush();
    this.#stalled = this.#agent.backlogged;
    if (this.#stalled && !this.#over) this.#upstream?.pause();
  }

  informational(head: ResponseHead): void {
    if (!this.#treatments?.answer.length) this.#relay.informational(head);
  }

  head(head: ResponseHead): void {
    const { limits, deadlines } = this.#house;
    this.#facts.answered(head.status);
    this.#agent.deadline = deadlines.after(limits.bodyTimeout);
    const answer = this.#treatments?.answer ?? [];
    if (answer.length === 0) return this.#passHead(head);
    this.#pipe = new AnswerPipe(answer, {
      head: (treated) => { this.#passHead(treated); },
      data: (chunk) => { this.#passData(chunk); },
      end: (trailers) => { this.#passEnd(trailers); },
      flush: () => { this.batchEnds(); },
      hold: (held) => { this.#hold(held); },
      failed: (error) => { this.#failOn(error); },
    });
    this.#pipe.head(head);
  }

  data(chunk: Uint8Array): void {
    this.#agent.deadline = this.#house.deadlines.after(this.#house.limits.bodyTimeout);
    if (this.#pipe === undefined) this.#passData(chunk);
    else this.#pipe.data(chunk);
  }

  end(trailers: Headers): void {
    // What is still to come of the request would arrive as the beginning of another one.
    if (!this.#body.complete) this.#upstream?.destroy();
    this.#upstream = undefined;
    if (this.#pipe === undefined) this.#passEnd(trailers);
    else this.#pipe.end(trailers);
  }

  drained(): void {
    if (!this.#over) this.#agent.resume();
  }

  broken(breakage: Breakage): void {
    const again = !this.#again && maySendAgain(breakage, this.#request.head, this.#facts.reused);
    if (!again || this.#permit === undefined || this.#action.kind !== 'http') return this.#fail(breakage.reason, breakage.sentence);
    this.#again = true;
    void this.#send(this.#permit, this.#action, false);
  }

  /* The steps themselves. */

  async #gather(action: HttpAction, needs: Needs): Promise<Action> {
    if (this.#request.head.expectContinue && this.#body.bytes === 0) this.#relay.continue();
    this.#budget = new GatherBudget(this.#house.gathering);
    return await wholeAction(action, this.#body, needs, this.#budget);
  }

  async #treat(kinds: readonly TreatmentKind[], permit: Permit, action: HttpAction): Promise<void> {
    try {
      this.#treatments = await makeTreatments(kinds, { call: this.#request.call, action, facts: permit.facts });
    } catch (error) {
      this.#failOn(error);
    }
  }

  /** A connection that was kept open may have ended unseen: without a byte of answer the call may be sent once more, on a new one. */
  async #send(permit: Permit, action: HttpAction, mayReuse: boolean): Promise<void> {
    if (this.#over) return;
    try {
      const kept = mayReuse ? this.#house.pool.take(permit) : undefined;
      this.#facts.reused = kept !== undefined;
      this.#dialling = new AbortController();
      const upstream = kept ?? await this.#house.pool.connect(permit, this.#dialling.signal);
      if (this.#over) return upstream.destroy();
      this.#upstream = upstream;
      this.#facts.reached = upstream;
      this.rejudge();
      if (!this.#over) this.#forward(upstream, permit, action);
    } catch (error) {
      this.#failOn(error);
    }
  }

  #forward(upstream: Upstream, permit: Permit, action: HttpAction): void {
    const { call, head } = this.#request;
    const facts = this.#facts;
    const treated = this.#treatments !== undefined || action.body !== undefined;
    const { request, body } = treated ? treatedRequest(head, action, this.#treatments?.request ?? [], this.#body.hasTrailers) : { request: plainRequest(head, action) };
    if (head.framing.kind !== 'none') facts.requestSink ??= this.#house.records.payload(permit.facts.capture, call, 'request', mediaTypeOf(head.headers));
    if (body !== undefined) {
      this.#body.replace(body.sent);
      facts.requestSink?.write(body.recorded);
    }
    upstream.begin(request, this);
    const more = this.#body.forward(upstream, body === undefined ? facts.requestSink : undefined);
    upstream.flush();
    if (more) this.#agent.resume();
  }

  #passHead(head: ResponseHead): void {
    if (head.framing.kind !== 'none' && this.#permit !== undefined) {
      this.#facts.responseSink = this.#house.records.payload(this.#permit.facts.capture, this.#request.call, 'response', mediaTypeOf(head.headers));
    }
    this.#relay.head(head);
  }

  #passData(chunk: Uint8Array): void {
    this.#facts.responseSink?.write(chunk);
    this.#relay.data(chunk);
    const download = this.#permit?.facts.treatment.download;
    if (download !== undefined && this.#relay.bytes > download) this.#fail('limit-reached', `The answer is larger than the ${download} bytes that the tool may fetch.`);
  }

  #passEnd(trailers: Headers): void {
    if (this.#over) return;
    this.#over = true;
    this.#leaving = true;
    this.#relay.end(trailers, () => { if (this.#leaving) this.#end({ result: 'completed' }); });
  }

  /** The answer is billed whether or not anybody waits for it. */
  #readOn(upstream: Upstream): void {
    const { deadlines, limits } = this.#house;
    const absent = new AbsentAgent(this.#relay, deadlines, limits.meterTimeout, () => { this.#end({ result: 'cut', ...GONE }); });
    this.#agent = this.#relay = absent;
    this.#stalled = false;
    if (!this.#held) upstream.resume();
  }

  #hold(held: boolean): void {
    this.#held = held;
    if (held) this.#upstream?.pause();
    else if (!this.#stalled) this.#upstream?.resume();
  }

  #maySend(length = 0): boolean {
    const objection = this.#upload?.objection(this.#body, length);
    if (objection !== undefined) this.#fail(objection.reason, objection.sentence);
    return objection === undefined;
  }

  #refuse(refused: Refused): void {
    this.#forget();
    if (this.#over) return;
    this.#over = true;
    this.#answer(refused);
  }

  #failOn(error: unknown): void {
    const { reason, sentence, hint } = failureOf(error);
    this.#fail(reason, sentence, hint);
  }

  /** The call was permitted and cannot be finished. */
  #fail(reason: ReasonCode, sentence: string, hint = HINTS[reason]): void {
    if (this.#over) return;
    const { call } = this.#request;
    if (this.#relay.started) return this.#end({ result: 'cut', reason, sentence });
    this.#over = true;
    this.#abandon();
    void this.#record({ result: 'failed', reason, sentence });
    this.#answer({ reason, sentence, hint, call });
  }

  #end(ending: Ending): void {
    this.#over = true;
    this.#leaving = false;
    if (ending.result !== 'completed') this.#abandon();
    void this.#record(ending);
    if (ending.result === 'completed') this.#leave();
    else this.#agent.done('reset');
  }

  #answer(refused: Refused): void {
    const lost = this.#body.isLost(this.#request.head.expectContinue, this.#house.limits.drain);
    const words = this.#needs && wordsFor(this.#needs, this.#request.head, this.#action, this.#body.gathered, refused);
    this.#relay.problem({ ...refused, words }, !lost);
    this.#leave();
  }

  /** Hands the connection back, as soon as the request has been read to its end. */
  #leave(): void {
    if (!this.#relay.keepAlive || this.#drained > this.#house.limits.drain) return this.#agent.done('close');
    if (this.#body.complete) return this.#agent.done('reuse');
    this.#agent.deadline = this.#house.deadlines.after(this.#house.limits.headTimeout);
    this.#agent.resume();
  }

  #drain(length: number): void {
    this.#drained += length;
    if (this.#drained <= this.#house.limits.drain) return;
    if (this.#leaving) this.#agent.pause();
    else this.#agent.done('close');
  }

  #abandon(): void {
    this.#dialling?.abort(new Error('the call is over'));
    this.#pipe?.stop();
    this.#upstream?.destroy();
  }

  /** The call counts as open until its outcome is written: whoever closes the journal waits for that. */
  async #record(ending: Ending): Promise<void> {
    if (this.#permit === undefined) {
      this.#unsent = ending;
      return;
    }
    this.#house.metrics.responseBytes += this.#relay.bytes;
    await this.#facts.record(ending, this.#permit, this.#treatments && factsOf(this.#treatments), this.#house);
    this.#forget();
  }

  #forget(): void {
    this.#share?.release();
    this.#budget?.giveBack();
    this.#house.openCalls.remove(this);
  }
}
