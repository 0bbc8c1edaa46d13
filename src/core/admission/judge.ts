import { agentIdentity } from '../checks/agent-identity.ts';
import type { Fault } from '../checks/check.ts';
import { NOTHING_KNOWN } from '../checks/facts.ts';
import { findFaults, RELABEL_CHECKS } from '../checks/index.ts';
import type { Pod } from '../checks/pod.ts';
import { PROFILE_LABEL } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import type { ReviewContext } from './context.ts';
import { expectedPod } from './expected.ts';
import { joinedToSidecar } from './joined.ts';
import { modeOf, profileName } from './namespace.ts';
import { ownFault } from './own-fault.ts';
import { changedMarks } from './marks.ts';
import type { GroupKind } from './workloads.ts';

/**
 * Runs every check on a pod that is about to be, or to be another than `before`. Where injection does not happen before us (in modes
 * that change nothing) the pod is judged as it would be injected.
 */
export function judgePod(pod: Pod, before: Pod | undefined, context: ReviewContext): Fault[] {
  if (modeOf(context.namespaceLabels) !== 'enforce') return judgeInjected(pod, context, { ...(before && { before }) });
  return [...joinedToSidecar(pod), ...faultsOf(pod, expectedPod(pod, before, context), context, { ...(before && { before }) })];
}

/**
 * Runs every check on a pod that is there as if it came now, save that a scheduler may have sent it to a node since. Its sidecar is
 * proven by derivation or by its receipt, and its labels are compared with those that it came with, as far as its receipt tells them;
 * else with those of `was`.
 */
export function judgeLive(live: Pod, context: ReviewContext, was = live): Fault[] {
  const { nodeName: _, ...spec } = live.spec;
  const pod = { ...live, spec };
  const receipt = context.receipt?.(pod);
  const labels = receipt?.known === true ? receipt.value.labels : was.metadata?.labels ?? {};
  const faults = [...joinedToSidecar(pod), ...changedMarks(pod, was), ...faultsOf(pod, expectedPod(pod, pod, context), context, {})];
  const { profile, facts = NOTHING_KNOWN } = context;
  if (profile === undefined) return faults;
  const before = { ...pod, metadata: { ...pod.metadata, labels } };
  const renamed = findFaults({ profile, facts, pod, before }, [agentIdentity]);
  return [...faults, ...renamed.filter(({ reason, field }) => !faults.some((one) => one.reason === reason && one.field === field))];
}

/** Runs every check on a pod as its template would make it, once injected. */
export function judgeTemplate(pod: Pod, templateOf: GroupKind, context: ReviewContext): Fault[] {
  return judgeInjected(pod, context, { templateOf });
}

/** Runs the checks that a change of labels and annotations alone can fail. */
export function judgeMarks(pod: Pod, before: Pod, context: ReviewContext): Fault[] {
  const { profile, facts = NOTHING_KNOWN } = context;
  if (profile === undefined) return [profileMissing(context)];
  return [...changedMarks(pod, before), ...findFaults({ profile, facts, pod, before }, RELABEL_CHECKS)];
}

/** What the check that asks knows besides the pod. */
interface Besides {
  readonly before?: Pod;
  readonly templateOf?: GroupKind;
}

function judgeInjected(pod: Pod, context: ReviewContext, besides: Besides): Fault[] {
  const injected = context.derive?.(pod) ?? pod;
  return [...joinedToSidecar(pod), ...faultsOf(injected, context.derive?.(injected), context, besides)];
}

function faultsOf(pod: Pod, expected: Pod | undefined, context: ReviewContext, besides: Besides): Fault[] {
  const { profile, facts = NOTHING_KNOWN } = context;
  if (profile === undefined) return [profileMissing(context)];
  return findFaults({ profile, facts, pod, ...besides, ...(expected && { expected }) });
}

/** Of a context without a profile. */
export function profileMissing({ namespaceLabels, profileUnknown }: ReviewContext): Fault {
  if (profileUnknown !== undefined) {
    return ownFault({ reason: 'profile-unknown', field: '', message: profileUnknown.replace(/\.$/, ''), fix: 'have the profile corrected if it is broken, and try again', unknown: true });
  }
  return ownFault({
    reason: 'profile-missing',
    field: '',
    message: `the namespace picks SandboxProfile ${quoted(profileName(namespaceLabels))}, which does not exist`,
    fix: `create it, or label the namespace ${PROFILE_LABEL} with isolated, contained or a profile of yours`,
  });
}
