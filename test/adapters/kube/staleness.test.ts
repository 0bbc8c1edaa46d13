import { expect, test } from 'vitest';
import { staleness } from '../../../src/adapters/kube/staleness.ts';

const followed = { synced: true, connected: true, lastContact: 100_000 };

test.each<[string, object, number, string | undefined]>([
  ['heard of just now', {}, 100_000, undefined],
  ['silent for as long as a watch may be', {}, 179_999, undefined],
  ['silent for longer', {}, 180_000, 'The network policies may have changed: nothing was heard of them for 80 s; see that the webhook reaches the API server, and try again.'],
  ['reconnecting', { connected: false }, 109_999, undefined],
  ['without an API server', { connected: false }, 110_000, 'The network policies may have changed: nothing was heard of them for 10 s; see that the webhook reaches the API server, and try again.'],
  ['not listed yet', { synced: false }, 100_000, 'The network policies have not been listed yet; try again.'],
  ['never heard of', { synced: false, connected: false, lastContact: undefined }, 100_000, 'The network policies have not been listed yet; try again.'],
])('what is watched and %s answers as it should', (_, changes, now, sentence) => {
  expect(staleness('network policies', { ...followed, ...changes }, now)).toBe(sentence);
});
