import type { House } from './house.ts';

const INTERVAL = 5_000;

/** Reports packets that capture rejected: somebody in the pod tried to get around the proxy. Returns what ends it. */
export function watchRejections(house: House, count: (() => Promise<number | undefined>) | undefined): () => void {
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
  const timer = setInterval(() => { void look(); }, INTERVAL).unref();
  return () => { clearInterval(timer); };
}
