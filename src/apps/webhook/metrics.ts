import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AdmissionAnswer } from '../../core/admission/answer.ts';
import type { AdmissionRequest } from '../../core/admission/request.ts';
import { resourceLabel } from '../../core/admission/resources.ts';

export const GATE_NAMES = ['validate', 'mutate', 'guard'] as const;
export type GateName = (typeof GATE_NAMES)[number];

export interface Metrics {
  readonly registry: Registry;
  answered(gate: GateName, request: AdmissionRequest, answer: AdmissionAnswer, seconds: number): void;
  /** A request that could not be read, by the code of its fault. */
  unreadable(gate: string, code: string): void;
  /** A decision that failed inside, which denied. */
  failed(gate: GateName): void;
  /** Milliseconds since the epoch. */
  certificateEnds(time: number): void;
}

const REVIEW_LABELS = ['decision', 'mode', 'operation', 'resource'] as const;

/** The webhook's Prometheus metrics, in a registry of their own unless one is given. */
export function createMetrics(registry = new Registry()): Metrics {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const reviews = new Counter({ name: 'sallyport_admission_reviews_total', help: 'Admission requests answered', labelNames: ['gate', ...REVIEW_LABELS], registers });
  const faults = new Counter({ name: 'sallyport_admission_faults_total', help: 'Faults found, by the check that found them', labelNames: ['check', ...REVIEW_LABELS], registers });
  const exempted = new Counter({ name: 'sallyport_admission_exempted_faults_total', help: 'Faults that an Exemption let pass, by the check that found them', labelNames: ['check', ...REVIEW_LABELS], registers });
  const unreadable = new Counter({ name: 'sallyport_admission_unreadable_total', help: 'Requests that were no AdmissionReview', labelNames: ['gate', 'code'], registers });
  const failures = new Counter({ name: 'sallyport_admission_internal_errors_total', help: 'Decisions that failed inside and denied', labelNames: ['gate'], registers });
  const seconds = new Histogram({
    name: 'sallyport_admission_duration_seconds',
    help: 'From the whole request read to its answer',
    labelNames: ['gate'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers,
  });
  const expiry = new Gauge({ name: 'sallyport_webhook_certificate_not_after_timestamp_seconds', help: 'End of the serving certificate', registers });
  return {
    registry,
    answered(gate, request, answer, elapsed) {
      const labels = reviewLabels(request, answer);
      reviews.inc({ gate, ...labels });
      seconds.observe({ gate }, elapsed);
      for (const { check } of answer.faults) faults.inc({ check, ...labels });
      for (const { fault } of answer.exempted ?? []) exempted.inc({ check: fault.check, ...labels });
    },
    unreadable: (gate, code) => unreadable.inc({ gate, code }),
    failed: (gate) => failures.inc({ gate }),
    certificateEnds: (time) => expiry.set(time / 1000),
  };
}

function reviewLabels(request: AdmissionRequest, answer: AdmissionAnswer): Record<(typeof REVIEW_LABELS)[number], string> {
  return { decision: answer.allowed ? 'allow' : 'deny', mode: answer.mode, operation: request.operation, resource: resourceLabel(request) };
}
