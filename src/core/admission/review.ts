import type { Pod } from '../checks/pod.ts';
import type { SandboxProfile } from '../policy/profile.ts';
import type { AdmissionAnswer } from './answer.ts';
import type { AdmissionRequest } from './request.ts';

export interface ReviewContext {
  /** Labels of the request's namespace; absent where they are not known, which reads as `enforce`. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** The profile that `profileName(namespaceLabels)` names; absent where there is none of that name, which denies. */
  readonly profile?: SandboxProfile;
  /** The pod as injection would make it; absent while the cluster's trust is not known, which denies. */
  readonly derive?: (pod: Pod) => Pod;
  /** Namespaces that take agents, for the refusal of an agent pod elsewhere. */
  readonly agentNamespaces?: readonly string[];
}

/** Reviews one pod or pod template (`/validate`). Pure; never throws, whatever the object is. */
export function review(request: AdmissionRequest, context: ReviewContext): AdmissionAnswer {
  throw new Error(`not yet: ${request.uid} ${String(context.profile)}`);
}
