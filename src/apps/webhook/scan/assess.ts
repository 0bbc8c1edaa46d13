import type { KubeObject } from '../../../adapters/kube/client.ts';
import type { Mode } from '../../../core/admission/answer.ts';
import type { ReviewContext } from '../../../core/admission/context.ts';
import { exempt } from '../../../core/admission/exemptions.ts';
import { judgeLive, judgePod } from '../../../core/admission/judge.ts';
import { modeOf, profileName } from '../../../core/admission/namespace.ts';
import { ownFault } from '../../../core/admission/own-fault.ts';
import { provenWorkloads } from '../../../core/admission/workload-owner.ts';
import type { Fault } from '../../../core/checks/check.ts';
import type { Pod } from '../../../core/checks/pod.ts';
import { readPod } from '../../../core/checks/read-pod.ts';
import { sidecarIntact } from '../../../core/checks/sidecar-intact.ts';
import type { ProfileSpec } from '../../../core/policy/profile.ts';
import { MIRROR_ANNOTATION } from '../../../core/terms/fixed-names.ts';

/** What one look at a pod that is there has found. */
export interface Assessment {
  readonly mode: Mode;
  /** Name of the profile that its namespace picks. */
  readonly profile: string;
  /** Whether the sidecar is what injection makes today, or a receipt proves that it was; undefined where nobody can tell, or nothing is injected. One that cannot be read proves nothing. */
  readonly proven: boolean | undefined;
  /** Its kubelet runs it from a file: the API server shows a copy, which nobody can evict. */
  readonly static: boolean;
  readonly faults: readonly Fault[];
  /** What the profile says of pods that are found; absent where there is no such profile. */
  readonly spec?: Pick<ProfileSpec, 'onUnproven' | 'lifetimeUnset' | 'maxLifetimeSeconds'>;
}

/**
 * Judges a pod that is there by the webhook's own review, as if it came now, with the Exemptions that are in force. Where nothing is
 * injected it is judged as it would be.
 */
export function assess(object: KubeObject, context: ReviewContext): Assessment {
  const mode = modeOf(context.namespaceLabels);
  const isStatic = object.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined;
  const read = readPod(object);
  const faults = [...(isStatic ? [STATIC] : []), ...(read.ok ? judged(read.pod, mode, context) : read.findings.map(ownFault))];
  const canTell = mode === 'enforce' && context.profile !== undefined;
  return {
    mode,
    profile: profileName(context.namespaceLabels),
    proven: canTell ? read.ok && isProven(faults) : undefined,
    static: isStatic,
    faults,
    ...(context.profile && { spec: context.profile.spec }),
  };
}

function judged(pod: Pod, mode: Mode, context: ReviewContext): readonly Fault[] {
  const found = mode === 'enforce' ? judgeLive(pod, context) : judgePod(unscheduled(pod), undefined, context);
  const { exemptions = [], now = Number.POSITIVE_INFINITY } = context;
  const { namespace = '', name } = pod.metadata ?? {};
  return exempt(found, { namespace, workloads: provenWorkloads(pod, context), ...(name !== undefined && { pod: name }) }, exemptions, now).faults;
}

/** A pod that is there was sent to its node by a scheduler, and not by whoever made it. */
function unscheduled(pod: Pod): Pod {
  const { nodeName: _, ...spec } = pod.spec;
  return { ...pod, spec };
}

function isProven(faults: readonly Fault[]): boolean | undefined {
  const doubts = faults.filter((fault) => fault.check === sidecarIntact.id || fault === STATIC);
  if (doubts.length === 0) return true;
  return doubts.every(({ reason }) => reason === 'sidecar-unprovable') ? undefined : false;
}

const STATIC: Fault = ownFault({
  reason: 'static-pod',
  field: `metadata.annotations["${MIRROR_ANNOTATION}"]`,
  message: 'the pod runs from a file on its node, past every webhook, and what the API server shows of it proves nothing',
  fix: 'remove the file from the node, or move the pod to a namespace that takes no agents',
});
