import { mutated } from './mutate.ts';
import { Random } from './random.ts';

/** What a `*.fuzz.ts` exports. */
export interface FuzzTarget {
  readonly name: string;
  /** Throws where a property of the parser is violated; refusing the bytes is none. */
  target(bytes: Uint8Array): void | Promise<void>;
  /** Inputs that the parser accepts, to start from. */
  readonly seeds: readonly Uint8Array[];
  /** Words of the protocol, inserted at random. */
  readonly tokens?: readonly Uint8Array[];
}

export interface Budget {
  readonly runs: number;
  readonly milliseconds: number;
}

interface Finding {
  readonly input: Uint8Array;
  readonly error: unknown;
}

export interface FuzzResult {
  readonly runs: number;
  readonly finding?: Finding;
}

/** Runs every seed as it is and then mutations of them, up to the first violated property or the end of the budget. */
export async function fuzz(target: FuzzTarget, seed: number, budget: Budget): Promise<FuzzResult> {
  const random = new Random(seed);
  const deadline = Date.now() + budget.milliseconds;
  let runs = 0;
  for (const input of inputs(target, random)) {
    if (runs >= budget.runs + target.seeds.length || Date.now() >= deadline) break;
    runs += 1;
    try {
      await target.target(input);
    } catch (error) {
      return { runs, finding: { input, error } };
    }
    // Streams that a target has opened and destroyed are only let go of between turns of the event loop.
    if (runs % 200 === 0) await new Promise((resume) => { setImmediate(resume); });
  }
  return { runs };
}

function* inputs(target: FuzzTarget, random: Random): Generator<Uint8Array, void> {
  yield* target.seeds;
  for (;;) yield mutated(target.seeds, random, target.tokens);
}
