import type { Registry } from 'prom-client';
import type { KubeClient } from '../../../adapters/kube/client.ts';
import { recordEvents } from '../../../adapters/kube/events.ts';
import type { KubeFault } from '../../../adapters/kube/fault.ts';
import type { HeldLease } from '../../../adapters/kube/leader.ts';
import { topmostOwner } from '../../../adapters/kube/owners.ts';
import { WEBHOOK } from '../../../core/terms/fixed-names.ts';
import { type Events, podEvents } from '../events.ts';
import type { Facts, Log } from '../ports.ts';
import { droppedEvents, scanMetrics } from './metrics.ts';
import { type LeaderScan, scanWhileLeading } from './while-leading.ts';

export interface InClusterSettings {
  readonly client: KubeClient;
  readonly facts: Facts;
  readonly lease: Pick<HeldLease, 'leading'>;
  readonly registry: Registry;
  readonly onFault: (fault: KubeFault) => void;
  readonly log: Log;
}

/** Events of every replica's decisions, and the scan of the one that leads. */
export function scanCluster({ client, facts, lease, registry, onFault, log }: InClusterSettings): LeaderScan & { readonly events: Events } {
  const recorder = recordEvents({ client, component: WEBHOOK, now: Date.now, onFault, onDropped: droppedEvents(registry) });
  const scan = scanWhileLeading({ client, facts, lease, recorder, metrics: scanMetrics(registry), now: Date.now, random: Math.random, log });
  return {
    events: podEvents({ recorder, owner: (namespace, claim, signal) => topmostOwner(client, namespace, claim, { signal }) }),
    wake: () => scan.wake(),
    async stop() {
      await scan.stop();
      await recorder.stop();
    },
  };
}
