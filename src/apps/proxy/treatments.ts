import type { HttpAction } from '../../core/terms/action.ts';
import type { PermitFacts, Treatment } from '../../core/terms/permit.ts';
import type { ProtocolOutcome } from '../../core/terms/protocol-facts.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import type { AnswerTreatment, RequestTreatment } from '../../core/traffic/treatment.ts';

/** One call that the policy permits. */
export interface TreatedCall {
  readonly call: string;
  readonly action: HttpAction;
  readonly facts: PermitFacts;
}

export interface CallTreatment {
  readonly request?: RequestTreatment | readonly RequestTreatment[];
  readonly answer?: AnswerTreatment | readonly AnswerTreatment[];
}

/** One thing that the data path can do to the calls of tools that ask for it. */
export interface TreatmentKind {
  /** Whether calls of a tool with this treatment are concerned at all; asked once for each tool. */
  applies(treatment: Treatment): boolean;
  /** Why the call is refused although the rules permit it. Asked before the record is written, on the whole action. */
  objection?(call: TreatedCall): { readonly reason: ReasonCode; readonly sentence: string; readonly hint?: string } | undefined;
  /** Made after the record and before anything is sent. Rejects with a `ProtocolFault` or a `DialFault` where the call cannot be made so. */
  make?(call: TreatedCall): CallTreatment | Promise<CallTreatment>;
}

const NONE: readonly TreatmentKind[] = [];

/** The kinds of treatment that there are, in the order in which requests pass them; answers pass them the other way round. */
export class Treatments {
  readonly #kinds: readonly TreatmentKind[];
  readonly #known = new WeakMap<Treatment, readonly TreatmentKind[]>();

  constructor(kinds: readonly TreatmentKind[]) {
    this.#kinds = kinds;
  }

  /** Those that a permit asks for: for nearly all calls none, found by one look-up. */
  of(treatment: Treatment): readonly TreatmentKind[] {
    let kinds = this.#known.get(treatment);
    if (kinds === undefined) {
      const applying = this.#kinds.filter((kind) => kind.applies(treatment));
      kinds = applying.length === 0 ? NONE : applying;
      this.#known.set(treatment, kinds);
    }
    return kinds;
  }
}

/** The first objection of any kind. */
export function objectionTo(kinds: readonly TreatmentKind[], call: TreatedCall): ReturnType<NonNullable<TreatmentKind['objection']>> {
  for (const kind of kinds) {
    const objection = kind.objection?.(call);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

export interface MadeTreatments {
  readonly request: readonly RequestTreatment[];
  readonly answer: readonly AnswerTreatment[];
}

/** All treatments of one call, one kind after the other, as it rejects. */
export async function makeTreatments(kinds: readonly TreatmentKind[], call: TreatedCall): Promise<MadeTreatments> {
  const made: CallTreatment[] = [];
  for (const kind of kinds) made.push(await kind.make?.(call) ?? {});
  return {
    request: made.flatMap(({ request }) => request ?? []),
    answer: made.toReversed().flatMap(({ answer }) => answer ?? []),
  };
}

/** What all of them read and did, together: counts of the same kind add up. */
export function factsOf({ request, answer }: MadeTreatments): ProtocolOutcome {
  const all = [...request, ...answer].map((treatment) => treatment.facts?.() ?? {});
  const flags = [...new Set(all.flatMap((facts) => facts.flags ?? []))];
  const redactions = all.reduce<Record<string, number>>((sum, facts) => {
    for (const [kind, count] of Object.entries(facts.redactions ?? {})) sum[kind] = (sum[kind] ?? 0) + count;
    return sum;
  }, {});
  return {
    ...Object.assign({}, ...all) as ProtocolOutcome,
    ...(flags.length > 0 && { flags }),
    ...(Object.keys(redactions).length > 0 && { redactions }),
  };
}
