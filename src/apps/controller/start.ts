import { endOfCertificate } from '../../adapters/certificates/read.ts';
import type { ListenAddress } from '../../adapters/network/listen-address.ts';
import { type Health, serveHealth } from '../../adapters/telemetry/health.ts';
import { ControllerFault } from './fault.ts';
import { followPods, followPolicies, isCurrent } from './follow.ts';
import { requireLivePod } from './identity.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { PolicyBook } from './policy-book.ts';
import type { ControllerPorts } from './ports.ts';
import { Publisher, type PublisherLimits } from './publisher.ts';
import { listen, type SnapshotHandler, type TlsServer } from './server.ts';
import { createTokenVerifier } from './token-verifier.ts';

export interface ControllerSettings {
  /** HTTPS, for sidecars. */
  readonly listen: ListenAddress;
  /** HTTP, for probes and metrics. */
  readonly health: ListenAddress;
  /** Milliseconds between two heartbeats; default 10,000. */
  readonly heartbeat?: number;
  readonly limits?: PublisherLimits;
}

export interface RunningController {
  readonly address: ListenAddress;
  readonly healthPort: number;
  close(): Promise<void>;
}

const HEARTBEAT = 10_000;

/** Starts the controller. Rejects if an address cannot be bound; what it then already holds is let go. */
export async function startController(settings: ControllerSettings, ports: ControllerPorts): Promise<RunningController> {
  const book = new PolicyBook();
  const publisher = new Publisher({ ...ports, book }, settings.limits);
  const metrics = createMetrics({ streams: () => publisher.size, brokenPolicies: () => book.broken });
  // Before the first sidecar is taken: it must not be told of an empty book.
  const endings = [followPolicies(ports, book, publisher), followPods(ports, publisher)];
  const end = (): void => endings.forEach((one) => one());
  const { server, health } = await bind(settings, ports, snapshots(ports, publisher, metrics), metrics).catch((error: unknown) => {
    end();
    throw error;
  });
  endings.push(followCertificate(ports, server, metrics), beat(settings.heartbeat ?? HEARTBEAT, ports, publisher));
  return {
    address: server.address,
    healthPort: health.port,
    async close() {
      end();
      publisher.endAll();
      await Promise.all([server.close(), health.close()]);
    },
  };
}

async function bind(settings: ControllerSettings, ports: ControllerPorts, handler: SnapshotHandler, metrics: Metrics): Promise<{ server: TlsServer; health: Health }> {
  const server = await listen(settings.listen, ports.certificate.current(), handler);
  try {
    return { server, health: await serveHealth(settings.health, () => missing(ports), metrics.registry) };
  } catch (error) {
    await server.close();
    throw error;
  }
}

function snapshots(ports: ControllerPorts, publisher: Publisher, metrics: Metrics): SnapshotHandler {
  const tokens = createTokenVerifier(ports.tokenSigners, ports.now);
  return async (token, response) => {
    try {
      if (!isCurrent(ports)) throw new ControllerFault('not-current', 'the controller does not know the cluster as it is now; try again');
      if (token === undefined) throw new ControllerFault('token-missing', 'expected a header Authorization: Bearer TOKEN, got none');
      const identity = await tokens.verify(token);
      const pod = requireLivePod(identity, ports.pods.get(identity.pod, identity.namespace), ports.now());
      publisher.open(pod, identity.expires, response);
    } catch (fault) {
      metrics.refused(fault instanceof ControllerFault ? fault.code : 'internal');
      const cause = fault instanceof Error && fault.cause !== undefined ? { cause: String(fault.cause) } : {};
      ports.log.warn({ fault: String(fault), ...cause }, 'sidecar not answered');
      throw fault;
    }
  };
}

function missing({ pods, policies }: ControllerPorts): readonly string[] {
  return [...(pods.synced ? [] : ['pods not listed yet']), ...(policies.synced ? [] : ['policies not listed yet'])];
}

/** A heartbeat says that what a sidecar has is still right. A controller that cannot know lets the sidecars go, and their policies age. */
function beat(interval: number, ports: ControllerPorts, publisher: Publisher): () => void {
  const timer = setInterval(() => {
    if (isCurrent(ports)) publisher.beat();
    else publisher.endAll();
  }, interval);
  return () => clearInterval(timer);
}

function followCertificate({ certificate, log }: ControllerPorts, server: TlsServer, metrics: Metrics): () => void {
  metrics.certificateEnds(endOfCertificate(certificate.current().cert));
  return certificate.onChange((next) => {
    server.useCertificate(next);
    metrics.certificateEnds(endOfCertificate(next.cert));
    log.info({ notAfter: new Date(endOfCertificate(next.cert)).toISOString() }, 'serving certificate replaced');
  });
}
