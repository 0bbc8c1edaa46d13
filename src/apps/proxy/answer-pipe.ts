import type { Headers } from '../../core/terms/action.ts';
import { forwardableHeaders } from '../../core/traffic/http1/forward.ts';
import type { ResponseHead } from '../../core/traffic/http1/message.ts';
import type { AnswerTreatment, Emit } from '../../core/traffic/treatment.ts';

/** Where an answer goes after all treatments. */
export interface AnswerEnd {
  head(head: ResponseHead): void;
  data(chunk: Uint8Array): void;
  end(trailers: Headers): void;
  /** Called between: something came out later than what caused it went in. */
  flush(): void;
  /** Whether to read more of the answer. */
  hold(held: boolean): void;
  failed(error: unknown): void;
}

/** An answer on its way through the treatments of its call, each of which may take its time; order is kept, and so is the bound on memory. */
export class AnswerPipe {
  readonly #treatments: readonly AnswerTreatment[];
  readonly #end: AnswerEnd;
  /** Steps that wait for the one before; empty while all goes at once. */
  readonly #waiting: (() => void | Promise<void>)[] = [];
  #busy = false;
  #over = false;

  constructor(treatments: readonly AnswerTreatment[], end: AnswerEnd) {
    this.#treatments = treatments;
    this.#end = end;
  }

  head(head: ResponseHead): void {
    const alters = head.framing.kind !== 'none' && this.#treatments.some((treatment) => treatment.alters);
    let treated = { status: head.status, statusText: head.statusText, headers: forwardableHeaders(head.headers, 'response') };
    for (const treatment of this.#treatments) treated = { ...treated, ...treatment.head?.(treated) };
    if (!alters) return this.#end.head({ ...head, ...treated });
    this.#end.head({ ...head, ...treated, headers: treated.headers.filter(([name]) => name !== 'content-length'), framing: { kind: 'chunked' } });
  }

  data(chunk: Uint8Array): void {
    // A view, which has to be a copy once it waits.
    const kept = this.#busy ? Uint8Array.from(chunk) : chunk;
    this.#then(() => this.#pass(0, kept));
  }

  end(trailers: Headers): void {
    this.#then(() => this.#finish(trailers));
  }

  /** Nothing more comes out. */
  stop(): void {
    this.#over = true;
    this.#waiting.length = 0;
  }

  #then(step: () => void | Promise<void>): void {
    if (this.#over) return;
    if (this.#busy) this.#waiting.push(step);
    else this.#run(step);
  }

  #run(step: () => void | Promise<void>): void {
    try {
      const pending = step();
      if (pending !== undefined) this.#wait(pending);
    } catch (error) {
      this.#fail(error);
    }
  }

  #wait(pending: Promise<void>): void {
    this.#busy = true;
    this.#end.hold(true);
    pending.then(() => { this.#goOn(); }, (error: unknown) => { this.#fail(error); });
  }

  #goOn(): void {
    this.#busy = false;
    while (!this.#busy && !this.#over) {
      const step = this.#waiting.shift();
      if (step === undefined) break;
      this.#run(step);
    }
    if (this.#over) return;
    this.#end.flush();
    if (!this.#busy) this.#end.hold(false);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    this.stop();
    this.#end.failed(error);
  }

  /** One chunk through the treatments from `index` on. What an asynchronous one emits goes on when it comes. */
  #pass(index: number, chunk: Uint8Array): void | Promise<void> {
    const treatment = this.#treatments[index];
    if (treatment === undefined) return this.#over ? undefined : this.#end.data(chunk);
    return withNext((out) => treatment.data(chunk, out), (bytes) => this.#pass(index + 1, bytes));
  }

  /** The end of one treatment comes out of the next before that one ends. */
  async #finish(trailers: Headers): Promise<void> {
    for (const [index, treatment] of this.#treatments.entries()) {
      await withNext((out) => treatment.end(out, trailers), (bytes) => this.#pass(index + 1, bytes));
    }
    if (!this.#over) this.#end.end(this.#treatments.reduce((treated, treatment) => treatment.trailers?.(treated) ?? treated, trailers));
  }
}

/** Does what may emit, and waits for what was done with that. */
function withNext(step: (out: Emit) => void | Promise<void>, pass: (bytes: Uint8Array) => void | Promise<void>): void | Promise<void> {
  let last: Promise<void> | undefined;
  const pending = step((bytes) => {
    last = last === undefined ? pass(bytes) ?? undefined : last.then(() => pass(bytes));
    // Whoever waits for it hears of it, if perhaps later than it fails.
    last?.catch(() => {});
  });
  if (pending === undefined) return last;
  return pending.then(() => last);
}
