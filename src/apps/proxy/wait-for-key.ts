import type { EvidenceJwk } from '../../core/evidence/evidence-jwk.ts';
import { type HealthListener, listenHealth } from './health.ts';
import { Metrics } from './metrics.ts';
import type { Endpoint } from './settings.ts';
import type { Readiness } from './start.ts';

/** What a sidecar's journal cannot be opened without, and what answered probes meanwhile. */
export interface Told {
  readonly sealTo: EvidenceJwk;
  readonly health: HealthListener;
}

const WAITING: Readiness = { ready: false, sentences: ['the controller has sent neither policies nor the key that payloads are sealed to'] };

/**
 * Answers probes until the controller has said what payloads are sealed to. Without that there is no journal, and without a journal
 * no call that could be let through: the other listeners open behind it. Undefined where the process is to end first.
 */
export async function waitForKey(evidenceKey: () => Promise<EvidenceJwk>, at: Endpoint, ended: Promise<unknown>): Promise<Told | undefined> {
  const health = await listenHealth(at, { readiness: () => WAITING, metrics: () => new Metrics().text({ ready: false }) });
  const sealTo = await Promise.race([evidenceKey(), ended.then(() => undefined)]);
  if (sealTo !== undefined) return { sealTo, health };
  health.close();
  return undefined;
}
