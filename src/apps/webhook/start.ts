import { endOfCertificate } from '../../adapters/certificates/read.ts';
import type { ListenAddress } from '../../adapters/network/listen-address.ts';
import { serveHealth } from '../../adapters/telemetry/health.ts';
import type { Guards } from '../../core/admission/context.ts';
import { createApp } from './app.ts';
import { NO_EVENTS } from './events.ts';
import { createMetrics } from './metrics.ts';
import type { WebhookPorts } from './ports.ts';
import { type Drain, listenTls } from './server.ts';

export interface WebhookSettings {
  readonly listen: ListenAddress;
  readonly health: ListenAddress;
  /** Absent: the group `system:masters` alone. */
  readonly guards?: Guards;
}

export interface RunningWebhook {
  /** Where `/validate`, `/mutate` and `/guard` are served over HTTPS. */
  readonly address: ListenAddress;
  readonly healthPort: number;
  /** Not ready at once; ended once everything that was asked is answered. Without `drain` idle connections are not waited for. */
  close(drain?: Drain): Promise<void>;
}

/** Whom nobody can keep from anything. */
const CLUSTER_ADMINS: Guards = { users: new Set(), groups: new Set(['system:masters']) };

const AT_ONCE: Drain = { delay: 0, patience: 0 };

/** Starts gate one. Rejects if an address cannot be bound; what it then already holds is let go. */
export async function startWebhook(settings: WebhookSettings, { facts, certificate, events = NO_EVENTS, registry, log }: WebhookPorts): Promise<RunningWebhook> {
  const metrics = createMetrics(registry);
  const app = createApp({ facts, guards: settings.guards ?? CLUSTER_ADMINS, metrics, events, log, clock: () => performance.now() });
  const server = await listenTls(settings.listen, certificate.current(), app);
  let closing = false;
  const missing = (): readonly string[] => (closing ? ['shutting down'] : facts.missing());
  const health = await serveHealth(settings.health, missing, metrics.registry).catch(async (error: unknown) => {
    await server.drain(AT_ONCE);
    throw error;
  });
  metrics.certificateEnds(endOfCertificate(certificate.current().cert));
  const forget = certificate.onChange((next) => {
    server.useCertificate(next);
    metrics.certificateEnds(endOfCertificate(next.cert));
    log.info({ notAfter: new Date(endOfCertificate(next.cert)).toISOString() }, 'serving certificate replaced');
  });
  return {
    address: server.address,
    healthPort: health.port,
    async close(drain = AT_ONCE) {
      closing = true;
      await server.drain(drain);
      forget();
      await health.close();
    },
  };
}
