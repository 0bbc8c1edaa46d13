import type { Finding } from '../checks/check.ts';
import { same } from '../checks/differences.ts';
import { readPod } from '../checks/read-pod.ts';
import type { ReviewContext } from './context.ts';
import { judgeTemplate } from './judge.ts';
import { below, type Outcome } from './outcome.ts';
import { ownFault } from './own-fault.ts';
import { inNamespace, strayAgent } from './pod-review.ts';
import type { AdmissionRequest } from './request.ts';
import { allAt, type Found, pathText, type PodPath } from './workloads.ts';

/** An object of 3 MiB holds thousands of small templates; whoever has more than these is told so. */
const MOST_TEMPLATES = 50;

/**
 * Reviews the pod templates of an object. Their faults are advice, because the pods are judged when they come; an object in which no
 * template can be read at all is denied where Kubernetes' own kinds are concerned, and is advice where a profile says where to look.
 *
 * An update that leaves the templates as they were says nothing: a workload's scale and status are not the sandbox's business.
 */
export function reviewTemplates(request: AdmissionRequest, path: PodPath, listed: boolean, context: ReviewContext): Outcome {
  const found = allAt(request.object, path);
  if (request.operation === 'UPDATE' && same(found, allAt(request.oldObject, path))) return { faults: [], weight: 'advice' };
  const there = listed ? found.filter(({ value }) => value !== undefined) : found;
  const findings = there.length === 0 ? [{ unreadable: [nothingAt(path)] }] : there.slice(0, MOST_TEMPLATES).map((one) => reviewTemplate(request, one, context));
  const misfits = findings.flatMap((one) => ('unreadable' in one ? one.unreadable : []));
  const faults = [...misfits.map(ownFault), ...findings.flatMap((one) => ('faults' in one ? one.faults : []))];
  const untold = there.length > MOST_TEMPLATES ? [ownFault(more(there.length, path))] : [];
  return { faults: [...faults, ...untold], weight: misfits.length > 0 && !listed ? 'absolute' : 'advice' };
}

function reviewTemplate(request: AdmissionRequest, { field, value }: Found, context: ReviewContext) {
  const read = readPod(value);
  if (!read.ok) return { unreadable: read.findings.map((finding) => below(field, finding)) };
  const pod = inNamespace(read.pod, request.namespace);
  const stray = strayAgent(pod, context);
  const faults = stray === undefined ? judgeTemplate(pod, request.kind, context) : [stray];
  return { faults: faults.map((fault) => below(field, fault)) };
}

function nothingAt(path: PodPath): Finding {
  return { reason: 'template-missing', field: pathText(path), message: 'no pod template stands here', fix: 'see that the path in the SandboxProfile\'s templates is that of the kind' };
}

function more(count: number, path: PodPath): Finding {
  return { reason: 'more-templates', field: pathText(path), message: `there are ${count} pod templates, of which the first ${MOST_TEMPLATES} are reviewed here`, fix: 'nothing: each pod is reviewed when it comes' };
}
