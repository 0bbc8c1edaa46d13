import type { Fault, Finding } from '../checks/check.ts';
import { same } from '../checks/differences.ts';
import { NOTHING_KNOWN } from '../checks/facts.ts';
import { checkLink, findFaults } from '../checks/index.ts';
import type { Pod } from '../checks/pod.ts';
import { readPod } from '../checks/read-pod.ts';
import { AGENTS_LABEL, AGENT_LABEL, PROFILE_LABEL } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import { answerFor, pass, type AdmissionAnswer } from './answer.ts';
import type { ReviewContext } from './context.ts';
import { expectedPod } from './expected.ts';
import { modeOf, profileName } from './namespace.ts';
import type { AdmissionRequest } from './request.ts';
import { podPath } from './resources.ts';
import { at, type PodPath } from './workloads.ts';

/**
 * Reviews one pod or pod template (`/validate`). Pure; never throws, whatever the object is.
 *
 *   1. a deletion passes: nobody may be kept from cleaning up;
 *   2. a kind that we do not know, or an object that cannot be read, is denied in every mode;
 *   3. an update that changes neither spec nor identity passes, so that finalizers and labels move on;
 *   4. every check runs, and all faults are told at once; a deletionTimestamp spares nothing (CVE-2023-34091).
 */
export function review(request: AdmissionRequest, context: ReviewContext): AdmissionAnswer {
  const mode = modeOf(context.namespaceLabels);
  if (request.operation === 'DELETE') return pass(request, mode);

  const path = podPath(request.kind);
  if (path === undefined) return answerFor(request, mode, [unknownKind(request)], 'absolute');
  const read = readPod(at(request.object, path));
  if (!read.ok) return answerFor(request, mode, read.findings.map((one) => ownFault(below(path, one))), 'absolute');

  const pod = inNamespace(read.pod, request.namespace);
  const before = request.operation === 'UPDATE' ? previous(request, path) : undefined;
  if (before !== undefined && !isSignificant(before, pod)) return pass(request, mode);

  const faults = placement(pod, request, context) ?? faultsOf(pod, before, path, context);
  return answerFor(request, mode, faults.map((one) => below(path, one)), path.length === 0 ? 'by-mode' : 'advice', context.profile?.metadata.name);
}

/** Runs the checks. Where injection does not happen before us (templates, modes that change nothing) the pod is judged as it would be injected. */
function faultsOf(pod: Pod, before: Pod | undefined, path: PodPath, context: ReviewContext): Fault[] {
  const { profile, derive, namespaceLabels } = context;
  if (profile === undefined) return [profileMissing(namespaceLabels)];
  const injectedHere = path.length > 0 || modeOf(namespaceLabels) !== 'enforce';
  const judged = injectedHere && derive !== undefined ? derive(pod) : pod;
  const expected = injectedHere ? derive?.(judged) : expectedPod(pod, before, derive);
  return findFaults({ profile, facts: context.facts ?? NOTHING_KNOWN, pod: judged, ...(expected === undefined ? {} : { expected }), ...(before === undefined || path.length > 0 ? {} : { before }) });
}

function previous(request: AdmissionRequest, path: PodPath): Pod | undefined {
  const read = readPod(at(request.oldObject, path));
  return read.ok ? inNamespace(read.pod, request.namespace) : undefined;
}

function isSignificant(before: Pod, after: Pod): boolean {
  return before.metadata?.labels?.[AGENT_LABEL] !== after.metadata?.labels?.[AGENT_LABEL] || !same(before.spec, after.spec);
}

/** Templates, and pods of old API servers, do not name the namespace that they are created in. */
function inNamespace(pod: Pod, namespace: string | undefined): Pod {
  return namespace === undefined || namespace === '' ? pod : { ...pod, metadata: { ...pod.metadata, namespace } };
}

/** The fault of an agent pod outside of the namespaces that take agents, where no policy would reach it. */
function placement(pod: Pod, { namespace }: AdmissionRequest, { namespaceLabels, agentNamespaces }: ReviewContext): Fault[] | undefined {
  const agent = pod.metadata?.labels?.[AGENT_LABEL];
  if (agent === undefined || namespaceLabels === undefined || Object.hasOwn(namespaceLabels, AGENTS_LABEL)) return undefined;
  const open = agentNamespaces === undefined || agentNamespaces.length === 0 ? '' : `, such as ${agentNamespaces.slice(0, 10).join(', ')}`;
  return [ownFault({
    reason: 'namespace-takes-no-agents',
    field: `metadata.labels["${AGENT_LABEL}"]`,
    message: `the pod calls itself agent ${quoted(agent)}, but namespace ${quoted(namespace ?? '')} takes no agents`,
    fix: `create it in a namespace labelled ${AGENTS_LABEL}=enforce${open}, or remove the label`,
  })];
}

function profileMissing(labels: ReviewContext['namespaceLabels']): Fault {
  const name = profileName(labels);
  return ownFault({
    reason: 'profile-missing',
    field: '',
    message: `the namespace picks SandboxProfile ${quoted(name)}, which does not exist`,
    fix: `create it, or label the namespace ${PROFILE_LABEL} with isolated, contained or a profile of yours`,
  });
}

function unknownKind({ kind, subResource }: AdmissionRequest): Fault {
  const name = `${kind.kind}${subResource === undefined || subResource === '' ? '' : `/${subResource}`}`;
  return ownFault({
    reason: 'unknown-kind',
    field: '',
    message: `kind ${quoted(name)} of group ${quoted(kind.group)} is none that this version reviews`,
    fix: 'take it out of the rules of the webhook configuration',
  });
}

function ownFault(finding: Finding): Fault {
  return { check: 'admission', ...finding, link: checkLink('admission'), weight: 'deny' };
}

function below<F extends Finding>(path: PodPath, finding: F): F {
  return path.length === 0 ? finding : { ...finding, field: [...path, finding.field].filter((step) => step !== '').join('.') };
}
