import type { SandboxProfile } from '../policy/profile.ts';
import type { Pod } from './pod.ts';

/** What is wrong at one place of a pod, why, and what would make it right. */
export interface Finding {
  /** Stable code, such as `host-network`. */
  readonly reason: string;
  /** Path from the pod's root, such as `spec.containers[0].securityContext.privileged`. */
  readonly field: string;
  readonly message: string;
  readonly fix: string;
}

export interface Fault extends Finding {
  /** Id of the check that found it. */
  readonly check: string;
  /** Where the check is documented. */
  readonly link: string;
}

export interface CheckContext {
  readonly profile: SandboxProfile;
  /** The pod as injection would have made it; absent where nobody can derive one, which proves nothing. */
  readonly expected?: Pod;
  /** On an update the pod as it was. */
  readonly before?: Pod;
}

/** One constraint of the sandbox, as data. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Gate two is worth nothing without it: no profile softens it to a warning. */
  readonly essential: boolean;
  /** Pure. Our own containers are not in `pod` once they are proven. */
  review(pod: Pod, context: CheckContext): readonly Finding[];
}
