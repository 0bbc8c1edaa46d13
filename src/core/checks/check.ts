import type { SandboxProfile } from '../policy/profile.ts';
import type { ObjectFacts } from './facts.ts';
import type { Pod } from './pod.ts';
import type { PodView } from './view.ts';

/** What is wrong at one place of a pod, why, and what would make it right. */
export interface Finding {
  /** Stable code, such as `host-network`. */
  readonly reason: string;
  /** Path from the object's root, such as `spec.containers[0].securityContext.privileged`. */
  readonly field: string;
  readonly message: string;
  readonly fix: string;
  /** Not seen but feared: what the check has to know of another object is not known. Its reason ends in `-unknown`. */
  readonly unknown?: true;
}

/** What a fault does where the namespace enforces: refuse the pod, be told to who creates it, or stand in the audit log and the metrics alone. */
export type FaultWeight = 'deny' | 'warn' | 'audit';

export interface Fault extends Finding {
  /** Id of the check that found it. */
  readonly check: string;
  /** The page that explains the check, from the package's root: `docs/checks/ID.md`. */
  readonly link: string;
  /** As the profile has it; an essential check's faults always deny. */
  readonly weight: FaultWeight;
}

/** The kind of an object, as GroupVersionKinds have it; the core group is empty. */
export interface OwnerKind {
  readonly group: string;
  readonly kind: string;
}

export interface CheckContext {
  readonly profile: SandboxProfile;
  /** What is known of other objects. */
  readonly facts: ObjectFacts;
  /** The pod itself, where a check compares it whole. */
  readonly pod: Pod;
  /** The pod as it has to be with the sidecar in it; absent where nobody can tell, which proves nothing. */
  readonly expected?: Pod;
  /** On an update: the pod as it was. */
  readonly before?: Pod;
  /** The kind whose template this is; absent for a pod itself, whose owners are in its metadata. */
  readonly templateOf?: OwnerKind;
}

/** One constraint of the sandbox, as data. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Without it gate two can be got around: no profile softens it to a warning. */
  readonly essential: boolean;
  /** What it finds hangs on the pod's labels: it is asked again where nothing but labels change. */
  readonly onRelabel?: true;
  /** What it finds hangs on other objects too: it is asked again by what the API server has of them at that moment before it refuses. */
  readonly onFacts?: true;
  /** Pure. The view holds none of the sidecar's containers and volumes that are proven. */
  review(view: PodView, context: CheckContext): readonly Finding[];
}
