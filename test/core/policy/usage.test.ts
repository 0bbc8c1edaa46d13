import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/core/policy/evaluate.ts';
import { Usage } from '../../../src/core/policy/usage.ts';
import type { CallLimit } from '../../../src/core/terms/permit.ts';
import { AGENT, call, policy, snapshotOf } from './fixtures.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

const { authority } = call('GET https://api.example.com/a');
const facts = (limit: Partial<CallLimit>, tools: readonly string[] = ['api']) => ({ limits: [{ key: 'k', name: 'Rule r', ...limit }], tools, authority });

/** `ok`, or what is told. */
function begun(usage: Usage, what: Parameters<Usage['begin']>[0], now: number): string {
  const result = usage.begin(what, now);
  return 'hold' in result ? 'ok' : `${result.refused.sentence} ${result.refused.retryAfter ?? '-'}`;
}

const byteLimit = (index: number) => ({ tools: [], authority, limits: [{ key: `k${index}`, name: 'Rule r', bytesPerDay: 1 }] });
const rateLimit = (index: number) => ({ limits: [{ key: `k${index}`, name: 'Rule r', rate: { count: 1, seconds: 60 } }], tools: [], authority });

describe('a rate', () => {
  const rate = facts({ rate: { count: 3, seconds: 3_600 } });

  test('lets so many pass at once, then one each part of the time', () => {
    const usage = new Usage();
    const spent = 'Rule r lets 3 calls pass in an hour, and they were made. 1200';
    expect([0, 0, 0, 0].map((now) => begun(usage, rate, now))).toEqual(['ok', 'ok', 'ok', spent]);
    expect(begun(usage, rate, 19 * MINUTE)).toBe('Rule r lets 3 calls pass in an hour, and they were made. 60');
    expect(begun(usage, rate, 20 * MINUTE)).toBe('ok');
    expect(begun(usage, rate, 20 * MINUTE)).toBe(spent);
    expect([9, 9, 9].map((hours) => begun(usage, rate, hours * HOUR))).toEqual(['ok', 'ok', 'ok']);
  });

  test('gives nothing for a clock that is set back', () => {
    const usage = new Usage();
    for (let each = 0; each < 3; each += 1) begun(usage, rate, 10 * HOUR);
    expect(begun(usage, rate, 1 * HOUR)).toContain('3 calls');
    expect(begun(usage, rate, 1 * HOUR + 20 * MINUTE)).toBe('ok');
  });

  test('is taken from only where every other limit has room', () => {
    const usage = new Usage();
    const both = { ...rate, limits: [...rate.limits, { key: 'c', name: 'Rule c', concurrency: 1 }] };
    const first = usage.begin(both, 0);
    for (let each = 0; each < 10; each += 1) expect(begun(usage, both, 0)).toBe('Rule c lets 1 calls pass at one time, and they are under way. -');
    if ('hold' in first) first.hold.release();
    expect([begun(usage, rate, 0), begun(usage, rate, 0), begun(usage, rate, 0)]).toEqual(['ok', 'ok', expect.stringContaining('3 calls')]);
  });

  test('never lets more pass than were there and came since, whatever the clock does', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.array(fc.integer({ min: -5 * MINUTE, max: 10 * MINUTE }), { maxLength: 200 }), (count, jumps) => {
      const usage = new Usage();
      const limited = facts({ rate: { count, seconds: 3_600 } });
      let now = DAY;
      let forward = 0;
      let passed = 0;
      for (const jump of jumps) {
        now += jump;
        forward += Math.max(0, jump);
        if (begun(usage, limited, now) === 'ok') passed += 1;
      }
      expect(passed).toBeLessThanOrEqual(count + (forward * count) / HOUR + 1e-6);
    }));
  });
});

describe('concurrency', () => {
  const limited = facts({ concurrency: 2 });

  test('counts what is under way; a release counts once', () => {
    const usage = new Usage();
    const first = usage.begin(limited, 0);
    expect(begun(usage, limited, 0)).toBe('ok');
    expect(begun(usage, limited, 0)).toBe('Rule r lets 2 calls pass at one time, and they are under way. -');
    if ('hold' in first) [0, 0, 0].forEach(() => first.hold.release());
    expect(begun(usage, limited, 0)).toBe('ok');
    expect(begun(usage, limited, 0)).toContain('2 calls');
  });
});

describe('bytes a day', () => {
  const limited = facts({ bytesPerDay: 100 });
  const elsewhere = { ...limited, authority: call('GET https://www.example.com/a').authority };

  test('are counted for each host, and refused beyond, until the day is over', () => {
    const usage = new Usage();
    expect(usage.sent(limited, 60, 12 * HOUR)).toBeUndefined();
    expect(usage.sent(limited, 40, 12 * HOUR)).toBeUndefined();
    expect(begun(usage, limited, 12 * HOUR)).toBe('Rule r lets 100 bytes a day be sent to api.example.com, and they were. 43200');
    expect(usage.sent(elsewhere, 100, 12 * HOUR)).toBeUndefined();
    expect(usage.sent(limited, 1, 12 * HOUR)?.reason).toBe('limit-reached');
    expect(begun(usage, limited, DAY)).toBe('ok');
  });

  test('go on counting on a day that comes again', () => {
    const usage = new Usage();
    usage.sent(limited, 100, 5 * DAY);
    expect(begun(usage, limited, 4 * DAY)).toContain('100 bytes');
    expect(begun(usage, limited, 6 * DAY)).toBe('ok');
  });

  test('are refused rather than forgotten where there are more hosts than can be counted', () => {
    const usage = new Usage();
    for (let index = 0; index < 10_000; index += 1) expect(usage.sent(byteLimit(index), 1, 0)).toBeUndefined();
    expect(usage.sent(byteLimit(10_000), 1, 0)?.sentence).toBe('Rule r sets a limit, and there are too many limits to count by.');
    expect(begun(usage, byteLimit(10_000), 0)).toContain('too many limits');
    expect(begun(usage, byteLimit(10_000), DAY)).toBe('ok');
  });
});

describe('more rates than can be counted', () => {
  test('forget those that nobody used for long, and refuse where there are none', () => {
    const usage = new Usage();
    for (let index = 0; index < 10_000; index += 1) expect(begun(usage, rateLimit(index), 0)).toBe('ok');
    expect(begun(usage, rateLimit(10_000), 0)).toContain('too many limits');
    expect(begun(usage, rateLimit(0), 0)).toContain('1 calls');
    expect(begun(usage, rateLimit(10_000), MINUTE)).toBe('ok');
  });
});

test('what was called is seen, and what was refused is not', () => {
  const usage = new Usage();
  const limited = facts({ concurrency: 1 }, ['orders']);
  expect(usage.seen('orders')).toBe(false);
  usage.begin(limited, 0);
  usage.begin(facts({ concurrency: 1 }, ['mail']), 0);
  expect([usage.seen('orders'), usage.seen('mail')]).toEqual([true, false]);
});

test('a rule forbids sending to one tool after reading from another (E31)', () => {
  const snapshot = snapshotOf([policy(`tools: [
    {name: orders, http: {hosts: [orders.example.com]}, access: read-only},
    {name: mail, http: {hosts: [mail.example.com]}, access: full, rules: [{name: leak, deny: {methods: [POST]}, when: run.seen("orders"), reason: what was read stays}]}]`)]);
  const usage = new Usage();
  const judge = (text: string) => evaluate(snapshot, AGENT, call(text), 0, undefined, usage);
  expect(judge('POST https://mail.example.com/send').kind).toBe('permit');
  const read = judge('GET https://orders.example.com/1');
  if (read.kind === 'permit') usage.begin(read.facts, 0);
  expect(judge('POST https://mail.example.com/send')).toMatchObject({ kind: 'deny', reason: 'denied-by-rule', rule: { rule: 'leak' } });
  // Where nobody knows what was called before, nobody can say that it was not.
  expect(evaluate(snapshot, AGENT, call('POST https://mail.example.com/send'), 0)).toMatchObject({ kind: 'deny', sentence: expect.stringContaining('because it cannot be told whether it matches') });
});
