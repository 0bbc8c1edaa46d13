/** What a call sees of the connection that it came in on. */
export interface AgentSide {
  /** On the clock of `Deadlines`: when the call has lasted too long without progress. */
  deadline: number;
  /** Strings are latin1. Calls back when this and all before it has left the process; never if the connection ends first. */
  write(data: string | Uint8Array, sent?: () => void): void;
  /** More was written than the agent has taken: wait for the call's `agentDrained`. */
  readonly backlogged: boolean;
  /** What is written from here to the end of this turn of the event loop leaves in one piece. */
  gather(): void;
  /** Whether to read more of the request. */
  pause(): void;
  resume(): void;
  /** No further call may come on this connection. */
  readonly closing: boolean;
  /** The call is over. `reset` ends the connection so that a half-sent answer cannot be taken for a whole one. */
  done(how: 'reuse' | 'close' | 'reset'): void;
}
