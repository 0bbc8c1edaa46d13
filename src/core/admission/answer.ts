import type { Fault } from '../checks/check.ts';

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
  /** Everything that was found, whether or not it denies. */
  readonly faults: readonly Fault[];
  /** The whole refusal in English; bounded. Absent where the request is allowed. */
  readonly message?: string;
  /** Each at most 120 characters. */
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
  readonly patch?: readonly PatchOperation[];
}

/** The AdmissionReview (admission.k8s.io/v1) that answers the API server. */
export function admissionResponse(answer: AdmissionAnswer): object {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: answer.uid, allowed: answer.allowed } };
}
