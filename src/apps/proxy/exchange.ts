import { authorityText, endpointText } from '../../core/address/authority-text.ts';
import type { Entry } from '../../core/evidence/draft.ts';
import type { Action, Headers, HttpAction } from '../../core/terms/action.ts';
import type { Permit } from '../../core/terms/permit.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import { forwardableHeaders, framingHeaders } from '../../core/traffic/http1/forward.ts';
import type { RequestHead, ResponseHead } from '../../core/traffic/http1/message.ts';
import { writeRequestHead } from '../../core/traffic/http1/write.ts';
import type { Refused } from '../../core/traffic/problem.ts';
import type { AgentSide } from './agent-side.ts';
import { failureOf } from './failure.ts';
import { HINTS } from './hints.ts';
import type { House } from './house.ts';
import type { OpenCall } from './open-calls.ts';
import { type Ending, recordOutcome } from './outcome.ts';
import type { PayloadSink } from './ports.ts';
import { RequestBody } from './request-body.ts';
import { ResponseRelay } from './response-relay.ts';
import type { Breakage, UpstreamConnection, UpstreamUser } from './upstream-connection.ts';

export interface Request {
  readonly call: string;
  readonly entry: Entry;
  readonly head: RequestHead;
  readonly action: Action;
}

/** RFC 9110 section 9.2.2: sending them twice has the effect of sending them once. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/**
 * One call from its head to its end: judged and recorded by the guard, then sent on the permit, both bodies streamed, the
 * outcome recorded. Only `#send` reaches the upstream, and it is given the permit.
 */
export class Exchange implements UpstreamUser, OpenCall {
  readonly #house: House;
  readonly #agent: AgentSide;
  readonly #request: Request;
  readonly #body: RequestBody;
  readonly #relay: ResponseRelay;
  readonly #started = performance.now();
  /** State of the guard that the permit comes from, or was upheld in. */
  #judgedAt: number;
  #permit: Permit | undefined;
  /** Held from the sending of the request to the end of the answer; then it is somebody else's. */
  #upstream: UpstreamConnection | undefined;
  /** The connection that the request went out on last, for the record. */
  #reached: UpstreamConnection | undefined;
  #dialling: AbortController | undefined;
  #requestSink: PayloadSink | undefined;
  #responseSink: PayloadSink | undefined;
  #status: number | undefined;
  #firstByte: number | undefined;
  #reused = false;
  /** The agent takes no more of the answer for now. */
  #stalled = false;
  /** Nothing more will be passed on in either direction. */
  #over = false;
  /** The answer is whole, and its tail still has to leave for the agent. */
  #leaving = false;
  /** What ended the call before it was permitted; only if it is will there be an outcome. */
  #unsent: Ending | undefined;
  /** Bytes of the body read away after the answer, so that the connection can go on. */
  #drained = 0;

  /** Whether the agent has sent all of this call. */
  get received(): boolean {
    return this.#body.complete;
  }

  constructor(house: House, agent: AgentSide, request: Request) {
    this.#house = house;
    this.#agent = agent;
    this.#request = request;
    this.#judgedAt = house.guard.changes;
    this.#body = new RequestBody(request.head.framing);
    this.#relay = new ResponseRelay(agent, request.head, request.call);
  }

  async start(): Promise<void> {
    const { call, entry, action } = this.#request;
    this.#house.openCalls.add(this);
    const admission = await this.#house.guard.admit({ call, entry, action });
    if ('refused' in admission) return this.#refuse(admission.refused);
    this.#permit = admission.permit;
    if (this.#unsent !== undefined) return void this.#record(this.#unsent);
    if (action.kind !== 'http') return this.#fail('request-malformed', 'The request cannot be sent.');
    this.rejudge();
    if (this.#request.head.expectContinue && this.#body.bytes === 0 && !this.#over) this.#relay.continue();
    await this.#send(admission.permit, action, true);
  }

  /* What the agent's connection tells. */

  requestData(chunk: Uint8Array): void {
    if (this.#over) return this.#drain(chunk.length);
    this.#house.metrics.requestBytes += chunk.length;
    this.#agent.deadline = this.#house.deadlines.after(this.#house.limits.bodyTimeout);
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
    if (!this.#over) this.#fail(reason, sentence);
    else if (!this.#leaving) this.#agent.done('close');
  }

  agentDrained(): void {
    this.#stalled = false;
    this.#upstream?.resume();
  }

  agentGone(): void {
    if (this.#over && !this.#leaving) return;
    this.#end({ result: 'cut', reason: 'client-gone', sentence: 'The agent hung up before the call was over.' });
  }

  expire(): void {
    if (this.#leaving) return this.#end({ result: 'cut', reason: 'client-gone', sentence: 'The agent did not read the end of the answer for too long.' });
    if (this.#over) return this.#agent.done('close');
    if (this.#stalled) return this.#fail('client-gone', 'The agent did not read the answer for too long.');
    if (this.#relay.started) return this.#fail('upstream-timeout', 'The answer stood still for too long.');
    if (!this.#body.complete && this.#body.flowing) return this.#fail('request-timeout', 'The rest of the request did not arrive in time.');
    this.#fail('upstream-timeout', 'The upstream did not answer in time.');
  }

  /* What the policy tells. */

  rejudge(): void {
    const { guard } = this.#house;
    if (this.#over || this.#permit === undefined || this.#judgedAt === guard.changes) return;
    const objection = guard.objection(this.#request.action, this.#upstream?.address);
    if (objection === undefined) this.#judgedAt = guard.changes;
    else this.#fail(objection.reason, objection.sentence);
  }

  /* What the end of the proxy asks. */

  shutDown(): void {
    if (!this.#over || this.#leaving) this.#end({ result: 'cut', reason: 'shutting-down', sentence: 'The proxy was shut down before the call was over.' });
  }

  /* What the upstream's connection tells. */

  batchEnds(): void {
    this.#relay.flush();
    this.#stalled = this.#agent.backlogged;
    if (this.#stalled && !this.#over) this.#upstream?.pause();
  }

  informational(head: ResponseHead): void {
    this.#relay.informational(head);
  }

  head(head: ResponseHead): void {
    const { limits, deadlines, records } = this.#house;
    this.#firstByte = performance.now() - this.#started;
    this.#status = head.status;
    this.#agent.deadline = deadlines.after(limits.bodyTimeout);
    if (head.framing.kind !== 'none' && this.#permit !== undefined) {
      this.#responseSink = records.payload(this.#permit.facts.capture, this.#request.call, 'response', mediaTypeOf(head.headers));
    }
    this.#relay.head(head);
  }

  data(chunk: Uint8Array): void {
    this.#responseSink?.write(chunk);
    this.#agent.deadline = this.#house.deadlines.after(this.#house.limits.bodyTimeout);
    this.#relay.data(chunk);
  }

  end(trailers: Headers): void {
    // What is still to come of the request would arrive as the beginning of another one.
    if (!this.#body.complete) this.#upstream?.destroy();
    this.#upstream = undefined;
    this.#over = true;
    this.#leaving = true;
    this.#relay.end(trailers, () => { if (this.#leaving) this.#end({ result: 'completed' }); });
  }

  drained(): void {
    if (!this.#over) this.#agent.resume();
  }

  broken(breakage: Breakage): void {
    const { action, head } = this.#request;
    const again = this.#reused && breakage.untouched && head.framing.kind === 'none' && IDEMPOTENT.has(head.method);
    if (!again || this.#permit === undefined || action.kind !== 'http') return this.#fail(breakage.reason, breakage.sentence);
    void this.#send(this.#permit, action, false);
  }

  /* The steps themselves. */

  /** A connection that was kept open may have ended unseen: without a byte of answer the call may be sent once more, on a new one. */
  async #send(permit: Permit, action: HttpAction, mayReuse: boolean): Promise<void> {
    if (this.#over) return;
    try {
      const kept = mayReuse ? this.#house.pool.take(permit) : undefined;
      this.#reused = kept !== undefined;
      const upstream = kept ?? await this.#dial(permit);
      if (this.#over) return upstream.destroy();
      this.#upstream = upstream;
      this.#reached = upstream;
      this.rejudge();
      if (!this.#over) this.#forward(upstream, permit, action);
    } catch (error) {
      const { reason, sentence, hint } = failureOf(error);
      this.#fail(reason, sentence, hint);
    }
  }

  async #dial(permit: Permit): Promise<UpstreamConnection> {
    this.#dialling = new AbortController();
    return await this.#house.pool.connect(permit, this.#dialling.signal);
  }

  #forward(upstream: UpstreamConnection, permit: Permit, action: HttpAction): void {
    const { call, head } = this.#request;
    const target = action.query === '' ? action.path : `${action.path}?${action.query}`;
    if (head.framing.kind !== 'none') this.#requestSink ??= this.#house.records.payload(permit.facts.capture, call, 'request', mediaTypeOf(head.headers));
    upstream.begin(action.method, this);
    upstream.cork();
    upstream.write(writeRequestHead(action.method, target, [['host', authorityText(action.authority)], ...forwardableHeaders(head.headers, 'request'), ...framingHeaders(head.framing)]));
    const more = this.#body.forward(upstream, this.#requestSink);
    upstream.uncork();
    if (more) this.#agent.resume();
  }

  #refuse(refused: Refused): void {
    this.#house.openCalls.remove(this);
    if (this.#over) return;
    this.#over = true;
    this.#answer(refused);
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
    const { framing } = this.#body;
    const { limits } = this.#house;
    // Who waits for "100 Continue" may send the body after a refusal or not: nobody could tell it from the next request.
    const tooLong = framing.kind === 'length' && framing.length - this.#body.bytes > limits.drain;
    const lost = !this.#body.complete && (this.#request.head.expectContinue || tooLong);
    this.#relay.problem(refused, !lost);
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
    this.#upstream?.destroy();
  }

  /** The call counts as open until its outcome is written: whoever closes the journal waits for that. */
  async #record(ending: Ending): Promise<void> {
    if (this.#permit === undefined) {
      this.#unsent = ending;
      return;
    }
    const { call } = this.#request;
    const total = performance.now() - this.#started;
    const fresh = this.#reused ? undefined : this.#reached?.timing;
    this.#house.metrics.responseBytes += this.#relay.bytes;
    await recordOutcome(ending, {
      call, status: this.#status, upstream: this.#reached && this.#permit && endpointText(this.#reached.address, this.#permit.authority.port),
      request: this.#requestSink, response: this.#responseSink,
      timing: { ...fresh, ...(this.#firstByte !== undefined && { firstByte: rounded(this.#firstByte) }), total: rounded(total) },
    }, this.#house);
    this.#house.openCalls.remove(this);
  }
}

/** To hundredths: more is noise, and would be written into every record. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

function mediaTypeOf(headers: Headers): string | undefined {
  return headers.find(([name]) => name === 'content-type')?.[1];
}
