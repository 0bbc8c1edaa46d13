import { expect, test } from 'vitest';
import { Notices } from '../../../src/apps/proxy/notices.ts';
import { FakeRecords } from './harness.ts';

const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

test('noise is bounded for each event, and what was left out is counted in the next one', async () => {
  let now = 0;
  const records = new FakeRecords();
  const notices = new Notices({ records, log: LOG, now: () => now });
  for (let n = 0; n < 50; n++) notices.say({ event: 'noise', sentence: `Noise ${n}.` });
  notices.say({ event: 'signal', sentence: 'Signal.' });
  await new Promise(setImmediate);
  expect(records.notices.filter(({ event }) => event === 'noise')).toHaveLength(20);
  expect(records.notices.filter(({ event }) => event === 'signal')).toHaveLength(1);
  now = 10_000;
  notices.say({ event: 'noise', sentence: 'Noise again.' });
  await new Promise(setImmediate);

  expect(records.notices.at(-1)).toEqual({ kind: 'notice', event: 'noise', sentence: 'Noise again.', facts: { omitted: 30 } });
});

test('a notice that cannot be recorded is logged, and hurts nobody', async () => {
  const records = new FakeRecords();
  records.before = () => { throw new Error('disk full'); };
  const logged: string[] = [];
  const notices = new Notices({ records, log: { ...LOG, error: (_, message) => { logged.push(message); } }, now: Date.now });
  notices.say({ event: 'noise', sentence: 'Noise.' });
  await new Promise(setImmediate);

  expect(logged).toEqual(['a notice could not be recorded']);
});
