import { answerFor, pass, type AdmissionAnswer } from '../admission/answer.ts';
import { modeOf } from '../admission/namespace.ts';
import type { AdmissionRequest } from '../admission/request.ts';
import { ownFault } from '../admission/own-fault.ts';
import { inNamespace } from '../admission/pod-review.ts';
import { podPath } from '../admission/resources.ts';
import { isByController } from '../admission/workload-owner.ts';
import type { Finding } from '../checks/check.ts';
import { readPod } from '../checks/read-pod.ts';
import { SYSTEM_NAMESPACE, TRUST_CONFIG_MAP } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import { inject } from './inject.ts';
import { injectionPatch, receiptPatch } from './patch.ts';
import { issueReceipt, type ReceiptSigner } from './receipt.ts';
import type { InjectionSettings } from './settings.ts';

export interface MutationContext {
  /** Labels of the request's namespace; absent where they are not known, which reads as `enforce`. */
  readonly namespaceLabels?: Readonly<Record<string, string>>;
  /** Absent while the cluster's trust is not known, which denies. */
  readonly settings?: InjectionSettings;
  /** Signs the receipt that goes with the sidecar; absent where nobody could read it, outside of a cluster. */
  readonly sign?: ReceiptSigner;
}

/**
 * Injects into one pod that is being created (`/mutate`). Pure; never throws, whatever the object is.
 *
 * Only `enforce` injects: `warn` and `audit` promise to change nothing, and only where every pod is reviewed afterwards may
 * the capture be put in (in a pod with hostNetwork it would capture the node).
 */
export function mutate(request: AdmissionRequest, { namespaceLabels, settings, sign }: MutationContext): AdmissionAnswer {
  const mode = modeOf(namespaceLabels);
  if (podPath(request.kind)?.length !== 0) return refuse(request, [notAPod(request)]);
  if (request.operation !== 'CREATE' || (request.subResource ?? '') !== '' || mode !== 'enforce') return pass(request, mode);

  const read = readPod(request.object);
  if (!read.ok) return refuse(request, read.findings);
  if (settings === undefined) return refuse(request, [trustMissing]);
  const { pod } = read;
  // The API server would refuse what we inject before the review could say that Windows pods are.
  if (pod.spec.os?.name === 'windows') return pass(request, mode);
  const placed = inNamespace(pod, request.namespace);
  const injected = inject(placed, settings);
  const receipt = sign && issueReceipt(injected, sign, isByController(request));
  return pass(request, mode, [...injectionPatch(placed, injected), ...receiptPatch(placed, receipt)]);
}

function refuse(request: AdmissionRequest, findings: readonly Finding[]): AdmissionAnswer {
  return answerFor(request, 'enforce', findings.map(ownFault), 'absolute');
}

function notAPod({ kind }: AdmissionRequest): Finding {
  return {
    reason: 'unknown-kind',
    field: '',
    message: `the injector takes pods, not ${quoted(kind.kind)}`,
    fix: 'take the kind out of the rules of the webhook configuration',
  };
}

const trustMissing: Finding = {
  reason: 'trust-missing',
  field: '',
  message: 'the sidecar cannot be made yet: the controller has not published its certificate and keys',
  fix: `try again once ConfigMap ${TRUST_CONFIG_MAP} in ${SYSTEM_NAMESPACE} exists; if it stays away, look at the controller`,
};
