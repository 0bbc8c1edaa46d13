import type { SnapshotSource } from './ports.ts';

/** Between looks at a policy that is too old: its renewal is announced to nobody. */
const AGAIN = 1_000;
/** As long as a timer of Node's can be. */
const LONGEST = 2 ** 31 - 1;

/** Calls `lapsed` each time that the policy in force becomes too old to act on. Returns what ends it. */
export function watchValidity(snapshots: SnapshotSource, now: () => number, lapsed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let stale = false;
  const look = (): void => {
    clearTimeout(timer);
    const validUntil = snapshots.current()?.validUntil;
    const left = validUntil === undefined ? undefined : validUntil - now();
    const before = stale;
    stale = left !== undefined && left < 0;
    if (left !== undefined) timer = setTimeout(look, stale ? AGAIN : Math.min(left + 1, LONGEST)).unref();
    if (stale && !before) lapsed();
  };
  const forget = snapshots.onChange(look);
  look();
  return () => {
    clearTimeout(timer);
    forget();
  };
}
