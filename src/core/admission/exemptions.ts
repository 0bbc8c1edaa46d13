import type { Fault } from '../checks/check.ts';
import { EXEMPTABLE_CHECKS, isPersonal } from '../policy/exemptable-checks.ts';
import type { Exemption, Workload } from '../policy/exemption.ts';
import type { Problem } from '../policy/problem.ts';

/** Who asks for what, as far as it is proven: an owner reference alone, which anybody can write, is none of `workloads`. */
export interface ExemptionSubject {
  readonly namespace: string;
  /** Name of the pod; absent where it has none yet. */
  readonly pod?: string;
  readonly workloads: readonly Workload[];
  /** Name of the user, as the API server authenticated it. */
  readonly user?: string;
}

/** A fault that was let pass, and the name of the exemption that let it. */
export interface UsedExemption {
  readonly exemption: string;
  readonly fault: Fault;
}

export interface Exempted {
  /** The faults that are left. */
  readonly faults: readonly Fault[];
  readonly used: readonly UsedExemption[];
}

/** In milliseconds: nothing is exempt for longer, whatever `expires` says. */
const LONGEST = 30 * 24 * 3_600_000;

/**
 * Takes out the faults that an exemption in force covers. Every member of an exemption has to fit, and one exemption has to cover a fault
 * by itself: what one says of the pod and another of the check never adds up. Faults that deny nothing are left alone.
 *
 * @param now milliseconds since the epoch
 */
export function exempt(faults: readonly Fault[], subject: ExemptionSubject, exemptions: readonly Exemption[], now: number): Exempted {
  const fitting = exemptions.filter((one) => isInForce(one, now) && names(one, subject));
  const used = faults.flatMap((fault) => {
    const exemption = fault.weight === 'deny' ? fitting.find((one) => covers(one, fault.check)) : undefined;
    return exemption === undefined ? [] : [{ exemption: exemption.metadata.name, fault }];
  });
  const covered = new Set(used.map(({ fault }) => fault));
  return { faults: faults.filter((fault) => !covered.has(fault)), used };
}

/** Whether an exemption is for a workload of this namespace, so that it matters who owns a pod there. */
export function isForWorkload({ spec: { subject } }: Exemption, namespace: string): boolean {
  return subject.namespace === namespace && subject.workload !== undefined;
}

/** Both ends are asked about again at each use: what was written is not trusted to have been reviewed. */
export function isInForce(exemption: Exemption, now: number): boolean {
  const { created, expires } = termOf(exemption, now);
  return now < expires && expires - created <= LONGEST;
}

/** In milliseconds since the epoch. A manifest that no API server has taken yet is as if it were created now. */
function termOf({ metadata, spec }: Exemption, now: number): { readonly created: number; readonly expires: number } {
  return { created: metadata.creationTimestamp === undefined ? now : Date.parse(metadata.creationTimestamp), expires: Date.parse(spec.expires) };
}

/** Why an Exemption that is being written would never be in force, as a problem of its spec. */
export function termProblem(exemption: Exemption, now: number): Pick<Problem, 'path' | 'message' | 'expected'> | undefined {
  const { created, expires } = termOf(exemption, now);
  const written = exemption.spec.expires;
  const latest = new Date(created + LONGEST).toISOString();
  if (expires <= now) return { path: 'spec.expires', message: `${written} is over`, expected: `a moment to come, until ${latest}` };
  if (expires - created > LONGEST) return { path: 'spec.expires', message: `${written} is more than 30 days after the exemption was created`, expected: `a moment until ${latest}; whoever needs it for longer asks again` };
  return undefined;
}

function names({ spec: { subject } }: Exemption, { namespace, pod, workloads, user }: ExemptionSubject): boolean {
  return subject.namespace === namespace
    && (subject.pod === undefined || subject.pod === pod)
    && (subject.workload === undefined || workloads.some(({ kind, name }) => kind === subject.workload?.kind && name === subject.workload.name))
    && (subject.pod !== undefined || subject.workload !== undefined)
    && (subject.user === undefined || subject.user === user);
}

function covers({ spec: { checks, subject } }: Exemption, check: string): boolean {
  const allowed = !isPersonal(check) || (subject.user !== undefined && subject.pod !== undefined);
  return allowed && checks.includes(check) && EXEMPTABLE_CHECKS.includes(check);
}
