import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Gauge, type Registry } from 'prom-client';
import type { WatchSettings } from '../../adapters/kube/informer.ts';
import { holdLease } from '../../adapters/kube/leader.ts';
import { SYSTEM_NAMESPACE, WEBHOOK } from '../../core/terms/fixed-names.ts';
import type { Log } from './ports.ts';

/** Whether this replica is the one that writes. */
export interface Leadership {
  readonly leading: boolean;
  /** Woken at each change: of two writers the new one has to begin, and the old one to end. */
  wakeOnChange(...writers: readonly { wake(): void }[]): void;
  stop(): Promise<void>;
}

/** Takes part in the election among the webhooks of this cluster. */
export function takeLead({ watch, registry, log }: { watch: WatchSettings; registry: Registry; log: Log }): Leadership {
  const all: { wake(): void }[] = [];
  const onChange = (leading: boolean): void => {
    log.info({ leading }, leading ? 'this replica writes' : 'this replica no longer writes');
    for (const writer of all) writer.wake();
  };
  // Of this process, not of the pod: a container that starts again is another holder.
  const lease = holdLease({ ...watch, namespace: SYSTEM_NAMESPACE, name: WEBHOOK, identity: `${hostname()}_${randomUUID()}`, onChange });
  const leading = new Gauge({
    name: 'sallyport_webhook_leading',
    help: 'Whether this replica is the one that writes',
    registers: [registry],
    collect() {
      leading.set(lease.leading ? 1 : 0);
    },
  });
  return {
    get leading() {
      return lease.leading;
    },
    wakeOnChange: (...writers) => void all.push(...writers),
    stop: () => lease.stop(),
  };
}
