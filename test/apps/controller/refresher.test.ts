import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Refresher } from '../../../src/apps/controller/refresher.ts';

test('runs at most so many tasks at once, and all of them', async () => {
  let [running, most] = [0, 0];
  const done: number[] = [];
  const refresher = new Refresher<number>({
    limit: 3,
    onFault: () => undefined,
    task: async (item) => {
      running += 1;
      most = Math.max(most, running);
      await turn();
      running -= 1;
      done.push(item);
    },
  });
  for (let item = 0; item < 20; item += 1) refresher.mark(item);
  while (done.length < 20) await turn();
  expect([most, done.toSorted((one, other) => one - other)]).toEqual([3, Array.from({ length: 20 }, (_value, index) => index)]);
});

test('never runs two tasks of one item at once, and runs again what was marked meanwhile, once', async () => {
  const runs: string[] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const refresher = new Refresher<string>({
    limit: 5,
    onFault: () => undefined,
    task: async (item) => {
      runs.push(item);
      await gates[runs.length - 1]?.promise;
    },
  });
  refresher.mark('pod');
  refresher.mark('pod');
  refresher.mark('pod');
  await turn();
  expect(runs).toEqual(['pod']);
  gates[0]?.resolve();
  await turn();
  expect(runs).toEqual(['pod', 'pod']);
  gates[1]?.resolve();
  await turn();
  expect(runs).toHaveLength(2);
});

test('goes on after a task that failed, and tells', async () => {
  const faults: unknown[] = [];
  const done: string[] = [];
  const refresher = new Refresher<string>({
    limit: 1,
    onFault: (item, fault) => faults.push([item, String(fault)]),
    task: async (item) => {
      if (item === 'bad') throw new Error('no');
      done.push(item);
    },
  });
  for (const item of ['bad', 'good']) refresher.mark(item);
  while (done.length < 1) await turn();
  expect([faults, done]).toEqual([[['bad', 'Error: no']], ['good']]);
});
