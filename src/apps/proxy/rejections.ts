import type { House } from './house.ts';

/** Reports packets that capture rejected: somebody in the pod tried to get around the proxy. Looks each `interval` milliseconds; returns what ends it. */
export function watchRejections(house: House, count: (() => Promise<number | undefined>) | undefined, interval: number): () => void {
  if (count === undefined) return () => {};
  let known: number | undefined;
  const look = async (): Promise<void> => {
    const now = await count().catch(() => undefined);
    if (now === undefined) return;
    const more = known === undefined ? 0 : now - known;
    known = now;
    if (more <= 0) return;
    house.metrics.rejectedPackets += more;
    house.notices.say({ event: 'packets-rejected', sentence: `${more} packets that did not go through the proxy were rejected.`, facts: { packets: more } });
  };
  void look();
  const timer = setInterval(() => { void look(); }, interval).unref();
  return () => { clearInterval(timer); };
}
