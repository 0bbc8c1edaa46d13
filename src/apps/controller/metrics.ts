import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export interface Metrics {
  readonly registry: Registry;
  /** A sidecar that was not answered, by the code of its fault. */
  refused(code: string): void;
  /** Milliseconds since the epoch. */
  certificateEnds(time: number): void;
}

/** The controller's Prometheus metrics, in a registry of their own. */
export function createMetrics(counts: { readonly streams: () => number; readonly brokenPolicies: () => number }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  gauge(registry, 'sallyport_link_streams', 'Sidecars connected', counts.streams);
  gauge(registry, 'sallyport_policies_broken', 'Policies that are not in force as they are written', counts.brokenPolicies);
  const refusals = new Counter({ name: 'sallyport_link_refusals_total', help: 'Sidecars not answered, by reason', labelNames: ['code'], registers });
  const expiry = new Gauge({ name: 'sallyport_controller_certificate_not_after_timestamp_seconds', help: 'End of the serving certificate', registers });
  return { registry, refused: (code) => refusals.inc({ code }), certificateEnds: (time) => expiry.set(time / 1000) };
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  const made = new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      made.set(value());
    },
  });
}
