import { Buffer } from 'node:buffer';
import type { Fault } from '../checks/check.ts';
import { clip, message, warning } from './message.ts';
import type { UsedExemption } from './exemptions.ts';
import type { AdmissionRequest } from './request.ts';
import { type Subject, subjectOf } from './resources.ts';

/** How a namespace wants faults answered. */
export type Mode = 'enforce' | 'warn' | 'audit';

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** What gate one decided about one request; `admissionResponse` puts it into the API server's words. */
export interface AdmissionAnswer {
  readonly uid: string;
  readonly allowed: boolean;
  readonly mode: Mode;
  readonly subject?: Subject;
  /** Everything that was found, whether or not it denies. */
  readonly faults: readonly Fault[];
  /** Name of the profile that was judged by; absent where there was none, or it did not matter. */
  readonly profile?: string;
  /** What was found and let pass, and by which Exemption. */
  readonly exempted?: readonly UsedExemption[];
  /** The whole refusal in English; bounded. Absent where the request is allowed. */
  readonly message?: string;
  /** Each at most 120 characters. */
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly patch?: readonly PatchOperation[];
}

/**
 * What faults weigh: `absolute` ones deny in every mode (nobody could even read what was asked), a pod's go by the mode, and a
 * template's are advice, because its pods are judged when they come.
 */
export type Weight = 'absolute' | 'by-mode' | 'advice';

// The API server cuts all warnings together at 4096 characters.
const MOST_WARNINGS = 25;
const LONGEST_ANNOTATION = 2_000;
const MOST_CAUSES = 50;
const LONGEST_CAUSE = 400;

/** What an answer tells besides faults. */
interface Besides {
  readonly profile?: string | undefined;
  readonly exempted?: readonly UsedExemption[];
}

/** Forms the answer. The one place where a mode turns into a decision. */
export function answerFor(request: AdmissionRequest, mode: Mode, faults: readonly Fault[], weight: Weight, { profile, exempted = [] }: Besides = {}): AdmissionAnswer {
  const serious = faults.filter(refuses);
  const denied = serious.length > 0 && (weight === 'absolute' || (weight === 'by-mode' && mode === 'enforce'));
  const warned = mode === 'audit' ? [] : faults.filter((fault) => fault.weight === 'warn' || (refuses(fault) && !denied));
  const subject = subjectOf(request);
  return {
    uid: request.uid,
    allowed: !denied,
    mode,
    subject,
    faults,
    ...(profile === undefined ? {} : { profile }),
    ...(exempted.length === 0 ? {} : { exempted }),
    ...(denied ? { message: message({ ...subject, namespace: request.namespace ?? '' }, serious, profile) } : {}),
    warnings: warningsOf(warned),
    auditAnnotations: annotations(mode, faults, denied, { profile, exempted }),
  };
}

/** Lets a request pass about which there is nothing to say. */
export function pass(request: AdmissionRequest, mode: Mode, patch?: readonly PatchOperation[]): AdmissionAnswer {
  const answer = answerFor(request, mode, [], 'by-mode');
  return patch === undefined || patch.length === 0 ? answer : { ...answer, patch };
}

/** The AdmissionReview (admission.k8s.io/v1) that answers the API server. */
export function admissionResponse(answer: AdmissionAnswer): object {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid: answer.uid,
      allowed: answer.allowed,
      ...(answer.allowed ? {} : { status: refusal(answer) }),
      ...(answer.warnings.length === 0 ? {} : { warnings: answer.warnings }),
      ...(Object.keys(answer.auditAnnotations).length === 0 ? {} : { auditAnnotations: answer.auditAnnotations }),
      ...(answer.patch === undefined ? {} : { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(answer.patch)).toString('base64') }),
    },
  };
}

const refuses = ({ weight }: Fault): boolean => weight === 'deny';

function warningsOf(faults: readonly Fault[]): string[] {
  const told = faults.slice(0, MOST_WARNINGS).map(warning);
  return faults.length > told.length ? [...told, `and ${faults.length - told.length} more faults`] : told;
}

function annotations(mode: Mode, faults: readonly Fault[], denied: boolean, { profile, exempted = [] }: Besides): Record<string, string> {
  if (faults.length === 0 && exempted.length === 0) return {};
  return {
    mode,
    decision: denied ? 'denied' : 'allowed',
    ...(profile === undefined ? {} : { profile }),
    ...(faults.length === 0 ? {} : { checks: [...new Set(faults.map(({ check }) => check))].join(','), faults: listed(faults.map(({ reason, field }) => `${reason} ${field}`)) }),
    ...(exempted.length === 0 ? {} : { exemptions: listed(exempted.map(({ exemption, fault }) => `${exemption} from ${fault.check}: ${fault.reason} ${fault.field}`)) }),
  };
}

const listed = (texts: readonly string[]): string => [...new Set(texts)].join('; ').slice(0, LONGEST_ANNOTATION);

/** A Status (meta/v1), as `kubectl` and controllers show it. */
function refusal({ subject, message, faults }: AdmissionAnswer): object {
  return {
    status: 'Failure',
    code: 403,
    reason: 'Forbidden',
    message,
    details: {
      ...(subject && { kind: subject.kind, name: subject.name }),
      causes: faults.filter(refuses).slice(0, MOST_CAUSES).map(({ reason, field, message, fix, link }) => ({
        reason,
        field: clip(field, LONGEST_CAUSE),
        message: clip(`${message}. Fix: ${fix}. See ${link}`, LONGEST_CAUSE),
      })),
    },
  };
}
