import type { SandboxProfile } from '../policy/profile.ts';
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
}

export interface Fault extends Finding {
  /** Id of the check that found it. */
  readonly check: string;
  /** The section that explains the check, from the package's root: `docs/checks.md#ID`. */
  readonly link: string;
  /** The profile only warns of it. */
  readonly warnOnly: boolean;
}

export interface CheckContext {
  readonly profile: SandboxProfile;
  /** The pod itself, where a check compares it whole. */
  readonly pod: Pod;
  /** The pod as it has to be with the sidecar in it; absent where nobody can tell, which proves nothing. */
  readonly expected?: Pod;
  /** On an update: the pod as it was. */
  readonly before?: Pod;
}

/** One constraint of the sandbox, as data. */
export interface Check {
  readonly id: string;
  readonly title: string;
  /** Without it gate two can be got around: no profile softens it to a warning. */
  readonly essential: boolean;
  /** Pure. The view holds none of the sidecar's containers and volumes that are proven. */
  review(view: PodView, context: CheckContext): readonly Finding[];
}
