import type { Informer } from './informer.ts';
import { LONGEST_SILENCE } from './watch.ts';

/** In milliseconds. A watch that ended is open again within a second: ten without one say that there is no API server. */
const LONGEST_GAP = 10_000;

type Followed = Pick<Informer<unknown>, 'synced' | 'connected' | 'lastContact'>;

/** Why what was watched of `things` says nothing of the present, as a sentence; undefined where it does. `now` in milliseconds since the epoch. */
export function staleness(things: string, { synced, connected, lastContact }: Followed, now: number): string | undefined {
  if (!synced || lastContact === undefined) return `The ${things} have not been listed yet; try again.`;
  const silence = now - lastContact;
  if (silence < (connected ? LONGEST_SILENCE : LONGEST_GAP)) return undefined;
  return `The ${things} may have changed: nothing was heard of them for ${Math.round(silence / 1000)} s; see that the webhook reaches the API server, and try again.`;
}
