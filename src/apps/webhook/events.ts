import type { AdmissionAnswer } from '../../core/admission/answer.ts';
import type { AdmissionRequest } from '../../core/admission/request.ts';

/** An Exemption that let something pass, as far as its Event tells. */
export interface UsedExemption {
  readonly name: string;
  readonly checks: readonly string[];
}

/**
 * Tells the owner of what was decided, as Events. Each call returns at once and never throws; what is told too fast is counted and left
 * out, and a dry run tells nothing.
 */
export interface Events {
  /** A pod, or what somebody wanted of one, was refused. */
  refused(request: AdmissionRequest, answer: AdmissionAnswer): void;
  /** A pod that is being created passed with its sidecar proven. */
  injected(request: AdmissionRequest): void;
  exempted(request: AdmissionRequest, exemption: UsedExemption): void;
}

/** Where there is no cluster to tell. */
export const NO_EVENTS: Events = { refused: () => undefined, injected: () => undefined, exempted: () => undefined };
