import type { Pod } from '../checks/pod.ts';
import type { Workload } from '../policy/exemption.ts';
import { WORKLOAD_KINDS } from '../policy/schema/exemption.ts';
import { quoted } from '../terms/quote.ts';
import { answerFor, type AdmissionAnswer, type Weight } from './answer.ts';
import { reviewBinding } from './binding.ts';
import { reviewConnection } from './connection.ts';
import type { ReviewContext } from './context.ts';
import { reviewEnding } from './ending.ts';
import { exempt, type ExemptionSubject } from './exemptions.ts';
import { modeOf } from './namespace.ts';
import { offline } from './offline.ts';
import { type Outcome, unreadable } from './outcome.ts';
import { reviewPod, reviewPodStatus } from './pod-review.ts';
import { reviewPool } from './pool.ts';
import type { AdmissionRequest } from './request.ts';
import { reviewFor } from './resources.ts';
import { reviewTemplates } from './templates.ts';
import { isByController, provenWorkloads } from './workload-owner.ts';

/**
 * Reviews one request (`/validate`). Pure; never throws, whatever the object is.
 *
 *   1. a deletion passes, unless it asks for more time than pods have: nobody may be kept from cleaning up;
 *   2. what stands in the table of resources, or is listed by a profile, is reviewed as it says; anything else is denied in every mode;
 *   3. Exemptions in force take out the faults that they name, here and nowhere else;
 *   4. the namespace's mode makes of the rest a denial, warnings or a line in the audit log.
 */
export function review(request: AdmissionRequest, context: ReviewContext): AdmissionAnswer {
  const mode = modeOf(context.namespaceLabels);
  const { faults: told, weight, pod } = outcomeOf(request, context);
  const found = context.offline === true ? told.map(offline) : told;
  const { exemptions = [], now = Number.POSITIVE_INFINITY } = context;
  const subject = pod === undefined ? templateSubject(request, weight) : subjectOf(request, pod, context);
  const { faults, used } = subject === undefined ? { faults: found, used: [] } : exempt(found, subject, exemptions, now);
  return answerFor(request, mode, faults, weight, { profile: weight === 'absolute' ? undefined : context.profile?.metadata.name, exempted: used });
}

function outcomeOf(request: AdmissionRequest, context: ReviewContext): Outcome {
  if (request.operation === 'DELETE') return reviewEnding(request, context);
  const how = reviewFor(request, context.templates);
  switch (how?.as) {
    case 'pod':
      return reviewPod(request, context);
    case 'pod-status':
      return reviewPodStatus(request, context);
    case 'template':
      return reviewTemplates(request, how.path, how.listed === true, context);
    case 'pool':
      return reviewPool(request);
    case 'binding':
      return reviewBinding(request, context);
    case 'ending':
      return reviewEnding(request, context);
    case 'connection':
      return reviewConnection(request, context);
    case 'namespace':
    case 'own-kind':
    case undefined:
      return unreadable([unknownKind(request)]);
  }
}

function unknownKind({ kind, subResource }: AdmissionRequest) {
  const name = `${kind.kind}${subResource === undefined || subResource === '' ? '' : `/${subResource}`}`;
  return {
    reason: 'unknown-kind',
    field: '',
    message: `kind ${quoted(name)} of group ${quoted(kind.group)} is none that this version reviews`,
    fix: 'take it out of the rules of the webhook configuration',
  };
}

function subjectOf(request: AdmissionRequest, pod: Pod, context: ReviewContext): ExemptionSubject {
  const name = pod.metadata?.name ?? request.name;
  const user = request.userInfo?.username;
  return {
    namespace: request.namespace ?? '',
    workloads: workloadsOf(request, pod, context),
    ...(name !== undefined && name !== '' && { pod: name }),
    ...(user !== undefined && { user }),
  };
}

/** A pod that is being written belongs to a workload only where a controller writes it; of a pod that is there its receipt says so. */
function workloadsOf(request: AdmissionRequest, pod: Pod, context: ReviewContext): readonly Workload[] {
  if (concernsLivePod(request)) return provenWorkloads(pod, context);
  return isByController(request) ? context.workloads ?? [] : [];
}

/** Advice about a workload's own template leaves out what its pods will be exempt from. */
function templateSubject({ kind, namespace = '', name = '' }: AdmissionRequest, weight: Weight): ExemptionSubject | undefined {
  const own = WORKLOAD_KINDS.find((one) => one === kind.kind);
  if (weight !== 'advice' || own === undefined || !WORKLOAD_GROUPS.includes(kind.group)) return undefined;
  return { namespace, workloads: [{ kind: own, name }] };
}

const WORKLOAD_GROUPS = ['apps', 'batch'];

/** What is done to a pod that is there, and leaves what a workload is exempt for as it was. */
function concernsLivePod({ resource, subResource }: AdmissionRequest): boolean {
  return resource.resource === 'bindings' || subResource === 'binding' || subResource === 'ephemeralcontainers';
}
