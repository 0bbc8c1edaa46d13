import type { Headers } from '../../core/terms/action.ts';
import type { RequestHead, ResponseHead } from '../../core/traffic/http1/message.ts';
import type { Refused } from '../../core/traffic/problem.ts';

/** What a call sees of where it came in: a connection of HTTP/1.1, or a stream of HTTP/2. */
export interface AgentSide {
  /** On the clock of `Deadlines`: when the call has lasted too long without progress. */
  deadline: number;
  /** More was written than the agent has taken: wait for the call's `agentDrained`. */
  readonly backlogged: boolean;
  /** How this call is answered. */
  relay(request: RequestHead, call: string): AnswerRelay;
  /** Whether to read more of the request. */
  pause(): void;
  resume(): void;
  /** The call is over. `reset` ends it so that a half-sent answer cannot be taken for a whole one. */
  done(how: 'reuse' | 'close' | 'reset'): void;
}

/** The answer on its way to the agent, whether the upstream's or our own. */
export interface AnswerRelay {
  /** The final head was written: from here on only the rest of it can follow. */
  readonly started: boolean;
  /** Of the body. */
  readonly bytes: number;
  /** Whether the agent may send another request where this one came from. */
  keepAlive: boolean;
  /** The body may be sent (RFC 9110 section 10.1.1). */
  continue(): void;
  informational(head: ResponseHead): void;
  head(head: ResponseHead): void;
  data(chunk: Uint8Array): void;
  /** Writes what was gathered. */
  flush(): void;
  /** Calls back when the whole answer has left for the agent. */
  end(trailers: Headers, sent: () => void): void;
  /** Our own answer, whole. */
  problem(refused: Refused, keepAlive: boolean): void;
}
