import { expect, test } from 'vitest';
import { Handshakes } from '../../../src/apps/proxy/handshakes.ts';

async function turn(): Promise<void> {
  await new Promise(setImmediate);
}

test('no more than the limit run at once, the others in their order', async () => {
  const handshakes = new Handshakes(2);
  const started: number[] = [];
  const leave = [0, 1, 2, 3].map((n) => handshakes.enter(() => started.push(n)));
  await turn();
  expect(started).toEqual([0, 1]);
  leave[1]?.();
  await turn();
  expect(started).toEqual([0, 1, 2]);
  leave[1]?.();
  await turn();
  expect(started).toEqual([0, 1, 2]);
  leave[0]?.();
  await turn();

  expect(started).toEqual([0, 1, 2, 3]);
});

test('one that leaves while it waits never starts, and takes nobody\'s place', async () => {
  const handshakes = new Handshakes(1);
  const started: number[] = [];
  const leave = [0, 1, 2].map((n) => handshakes.enter(() => started.push(n)));
  await turn();
  leave[1]?.();
  leave[0]?.();
  await turn();

  expect(started).toEqual([0, 2]);
});
