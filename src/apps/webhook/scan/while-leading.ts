import type { HeldLease } from '../../../adapters/kube/leader.ts';
import type { Facts } from '../ports.ts';
import { assessBy, circumstancesBy } from './by-facts.ts';
import type { ScanPorts } from './ports.ts';
import { type Scan, startScan } from './scan.ts';

export interface LeaderScanPorts extends Omit<ScanPorts, 'leading' | 'ready' | 'circumstances' | 'assess'> {
  readonly facts: Facts;
  readonly lease: Pick<HeldLease, 'leading'>;
}

export interface LeaderScan extends Scan {
  /** Looks again: the lease was taken or lost. */
  wake(): void;
}

/** Scans for as long as this replica holds the lease. Each time it gets it the scan begins anew, with nothing remembered. */
export function scanWhileLeading({ facts, lease, ...ports }: LeaderScanPorts): LeaderScan {
  let scan: Scan | undefined;
  let turning = Promise.resolve();
  let stopped = false;
  const begin = (): Scan => startScan({
    ...ports,
    leading: () => lease.leading,
    ready: () => facts.missing().length === 0,
    circumstances: (signal) => circumstancesBy(facts, signal),
    assess: (pod, signal) => assessBy(facts, pod, signal),
  });
  const turn = async (): Promise<void> => {
    const wanted = lease.leading && !stopped;
    if (wanted) scan ??= begin();
    else await scan?.stop();
    if (!wanted) scan = undefined;
  };
  /** One after the other: a scan has ended before the next one begins. */
  const wake = (): Promise<void> => (turning = turning.then(turn));
  void wake();
  return {
    wake: () => void wake(),
    stop() {
      stopped = true;
      return wake();
    },
  };
}
