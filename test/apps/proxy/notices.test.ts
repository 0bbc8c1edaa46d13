import { expect, onTestFinished, test, vi } from 'vitest';
import { Notices } from '../../../src/apps/proxy/notices.ts';
import { FakeRecords } from './harness.ts';

const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function noise(notices: Notices, count: number): void {
  for (let n = 0; n < count; n++) notices.say({ event: 'noise', sentence: `Noise ${n}.` });
}

test('noise is bounded for each event, and what was left out is counted within seconds though nothing more comes', async () => {
  vi.useFakeTimers();
  onTestFinished(() => { vi.useRealTimers(); });
  const records = new FakeRecords();
  const notices = new Notices({ records, log: LOG, now: Date.now });
  noise(notices, 50);
  notices.say({ event: 'signal', sentence: 'Signal.' });
  await vi.advanceTimersByTimeAsync(4_000);
  expect(records.notices.map(({ event }) => event)).toEqual([...Array.from({ length: 20 }, () => 'noise'), 'signal']);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(records.notices.at(-1)).toEqual({ kind: 'notice', event: 'noise', sentence: '30 more of these were left out.', facts: { omitted: 30 } });
  await vi.advanceTimersByTimeAsync(5_000);
  notices.say({ event: 'noise', sentence: 'Noise again.' });
  await vi.advanceTimersByTimeAsync(20_000);

  expect(records.notices.slice(-2).map(({ sentence }) => sentence)).toEqual(['30 more of these were left out.', 'Noise again.']);
});

test('noise that goes on is counted again and again, each of it once', async () => {
  vi.useFakeTimers();
  onTestFinished(() => { vi.useRealTimers(); });
  const records = new FakeRecords();
  const notices = new Notices({ records, log: LOG, now: Date.now });
  for (let second = 0; second < 30; second++) {
    noise(notices, 100);
    await vi.advanceTimersByTimeAsync(1_000);
  }
  notices.count();
  await vi.advanceTimersByTimeAsync(0);

  const omitted = records.notices.map(({ facts }) => Number(facts?.['omitted'] ?? 0));
  expect(records.notices.filter(({ facts }) => facts === undefined).length + omitted.reduce((sum, each) => sum + each)).toBe(3_000);
  expect(records.notices.length).toBeLessThan(70);
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
