import { AGENT_LABEL } from '../../core/terms/fixed-names.ts';
import type { Subject } from '../../core/terms/subject.ts';
import { ControllerFault } from './fault.ts';
import type { LivePod } from './live-pod.ts';
import type { TokenIdentity } from './token.ts';

/**
 * Finds the pod that a token speaks for among the live ones. The token proves what was true when it was issued; a pod of the same
 * name that came later has another uid, and one that is gone or has ended has no business here.
 *
 * @throws ControllerFault `pod-unknown`, `pod-mismatch`, `pod-ended`.
 */
export function requireLivePod(identity: TokenIdentity, pod: LivePod | undefined, now: number): LivePod {
  const named = `pod ${identity.namespace}/${identity.pod}`;
  if (pod === undefined) throw new ControllerFault('pod-unknown', `expected a token of a live pod, got one of ${named}, which is not there`);
  if (pod.uid !== identity.uid) throw new ControllerFault('pod-mismatch', `expected a token of ${named} with uid ${pod.uid}, got one of uid ${identity.uid}`);
  if (pod.serviceAccount !== identity.serviceAccount) {
    throw new ControllerFault('pod-mismatch', `expected a token of service account ${pod.serviceAccount} for ${named}, got one of ${identity.serviceAccount}`);
  }
  if (hasEnded(pod, now)) throw new ControllerFault('pod-ended', `expected a running pod, got ${named}, which has ended or is past its deletion`);
  return pod;
}

/** A pod that is being deleted runs until its grace period ends, and needs its policy until then. */
export function hasEnded(pod: LivePod, now: number): boolean {
  return pod.finished || (pod.deletedAt !== undefined && pod.deletedAt <= now);
}

/** The pod as policies select it and records name it. */
export async function subjectOf(pod: LivePod, ownerName: (pod: LivePod) => Promise<string>): Promise<Subject & { readonly uid: string }> {
  const { namespace, name, uid, serviceAccount, labels } = pod;
  const given = labels[AGENT_LABEL];
  // An empty name names nobody, and no sidecar takes a policy for it.
  const agent = given === undefined || given === '' ? await ownerName(pod) : given;
  return { namespace, agent, serviceAccount, pod: name, uid, labels };
}
