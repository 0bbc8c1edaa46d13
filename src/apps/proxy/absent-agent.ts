import type { AgentSide, AnswerRelay } from './agent-side.ts';
import type { Deadlines, Timed } from './deadlines.ts';

/** More than any answer of a model. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * Stands in for an agent that hung up while a metered answer was on its way: takes all of it, within a time and a number of bytes, and
 * passes it to nobody.
 */
export class AbsentAgent implements AgentSide, Timed, AnswerRelay {
  readonly backlogged = false;
  readonly started: boolean;
  /** What the agent was sent. */
  readonly bytes: number;
  keepAlive = false;
  readonly #over: () => void;
  readonly #deadlines: Deadlines;
  #deadline: number;
  #rest = 0;

  /** `over`: the answer has been read to its end, or as far as it is to be read. */
  constructor(answered: Pick<AnswerRelay, 'started' | 'bytes'>, deadlines: Deadlines, timeout: number, over: () => void) {
    this.#over = over;
    this.started = answered.started;
    this.bytes = answered.bytes;
    this.#deadlines = deadlines;
    this.#deadline = deadlines.after(timeout);
    deadlines.add(this);
  }

  get deadline(): number {
    return this.#deadline;
  }

  /** Only the sweep ends it: progress buys no more time. */
  set deadline(moment: number) {
    if (moment === Number.POSITIVE_INFINITY) this.#deadline = moment;
  }

  expire(): void {
    this.#over();
  }

  data(chunk: Uint8Array): void {
    this.#rest += chunk.length;
    if (this.#rest > MOST_BYTES) this.#over();
  }

  end(): void {
    this.#over();
  }

  done(): void {
    this.#deadlines.remove(this);
  }

  relay(): AnswerRelay {
    return this;
  }

  head(): void {}
  continue(): void {}
  informational(): void {}
  flush(): void {}
  problem(): void {}
  pause(): void {}
  resume(): void {}
}
