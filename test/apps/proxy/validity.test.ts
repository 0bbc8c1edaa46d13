import { beforeEach, afterEach, expect, test, vi } from 'vitest';
import { watchValidity } from '../../../src/apps/proxy/validity.ts';
import { renew } from '../../../src/core/policy/snapshot.ts';
import { FakeSource, policyOf } from './harness.ts';

const policy = policyOf('- {name: api, http: {hosts: [api.example.com]}, access: full}');

beforeEach(() => { vi.useFakeTimers({ now: 0 }); });
afterEach(() => { vi.useRealTimers(); });

/** Renewed by `change` without anybody being told, as the link does. */
class QuietSource extends FakeSource {
  renewed = renew(policy, 1_000);

  override current(): typeof policy {
    return this.renewed;
  }
}

function lapsesOf(source: FakeSource): { times: number[]; end: () => void } {
  const times: number[] = [];
  return { times, end: watchValidity(source, Date.now, () => { times.push(Date.now()); }) };
}

test('a policy that is not renewed lapses once, right after its time', () => {
  const { times, end } = lapsesOf(new FakeSource(renew(policy, 1_000)));
  vi.advanceTimersByTime(1_000);
  expect(times).toEqual([]);
  vi.advanceTimersByTime(60_000);

  expect(times).toEqual([1_001]);
  end();
});

test('one that is renewed in silence does not, until that time is over too; after a lapse it can lapse again', () => {
  const source = new QuietSource(undefined);
  const { times, end } = lapsesOf(source);
  source.renewed = renew(policy, 5_000);
  vi.advanceTimersByTime(5_000);
  expect(times).toEqual([]);
  vi.advanceTimersByTime(1_000);
  source.renewed = renew(policy, 10_000);
  vi.advanceTimersByTime(60_000);

  expect(times).toEqual([5_001, 10_001]);
  end();
});

test('one that is good for ever, or the first of all that comes late, is looked at when it changes', () => {
  const source = new FakeSource(undefined);
  const { times, end } = lapsesOf(source);
  source.change(policy);
  expect(vi.getTimerCount()).toBe(0);
  source.change(renew(policy, 3_000));
  vi.advanceTimersByTime(3_001);
  expect(times).toEqual([3_001]);
  end();

  expect(vi.getTimerCount()).toBe(0);
});
