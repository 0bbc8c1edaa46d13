import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../../src/adapters/network/canary/attempt.ts';
import { readProbe } from '../../../../src/adapters/network/canary/probe.ts';
import { type Finding, proveCaptured } from '../../../../src/adapters/network/canary/prove.ts';

describe('a probe', () => {
  test.each([
    ['tcp:192.0.2.1:443', 'tcp', '192.0.2.1', 443],
    ['udp:192.0.2.53:53', 'udp', '192.0.2.53', 53],
    ['tcp:[2001:DB8::1]:443', 'tcp', '2001:db8::1', 443],
  ])('%s is understood', (text, protocol, address, port) => {
    expect(readProbe(text)).toMatchObject({ protocol, address: { text: address }, port, text });
  });

  test.each(['192.0.2.1:443', 'icmp:192.0.2.1:443', 'tcp:example.com:443', 'tcp:2001:db8::1:443', 'tcp:[192.0.2.1]:443', 'tcp:192.0.2.1', 'tcp:192.0.2.1:0', 'tcp:192.0.2.1:70000', 'tcp:127.1:80'])('%s is refused', (text) => {
    expect(readProbe(text)).toBeUndefined();
  });
});

/** A world in which every attempt ends alike; `counting` says whether our own kernel counts it as its rejection. */
async function findings(outcome: Outcome, counting: 'counts' | 'does not count' | 'does not say'): Promise<readonly Finding[]> {
  let count = 0;
  const found = await proveCaptured({
    probes: [readProbe('tcp:192.0.2.10:6443')!],
    captured: [],
    attempt: async () => {
      if (counting === 'counts') count += 1;
      return outcome;
    },
    rejections: async () => (counting === 'does not say' ? undefined : count),
  });
  return found.filter((one) => !one.tried.startsWith('DNS'));
}

describe('the canary', () => {
  test.each<[string, Outcome, 'counts' | 'does not count' | 'does not say', boolean, string]>([
    ['a rejection of our own', { kind: 'rejected', code: 'EHOSTUNREACH' }, 'counts', true, 'rejected here (EHOSTUNREACH)'],
    ['no way there', { kind: 'no-route' }, 'does not count', true, 'there is no way to it'],
    ['a rejection from afar', { kind: 'rejected', code: 'EHOSTUNREACH' }, 'does not count', false, 'it was rejected (EHOSTUNREACH), but not by this pod\'s own kernel'],
    ['a rejection by nobody knows whom', { kind: 'rejected', code: 'EACCES' }, 'does not say', false, 'it was rejected (EACCES), but not by this pod\'s own kernel'],
    ['silence', { kind: 'silent' }, 'does not count', false, 'nothing rejected the packet: it left, and only the answer is missing'],
    ['an answer', { kind: 'answered', how: 'it took the connection' }, 'does not count', false, 'it can be reached around the proxy: it took the connection'],
    ['a refusal from afar', { kind: 'answered', how: 'it answered with ECONNREFUSED' }, 'counts', false, 'it can be reached around the proxy: it answered with ECONNREFUSED'],
  ])('judges %s', async (_, outcome, counting, ok, sentence) => {
    const found = await findings(outcome, counting);
    expect(found.map(({ tried }) => tried)).toEqual(['tcp:192.0.2.1:443', 'udp:192.0.2.1:53', 'udp:[2001:db8::1]:443', 'udp:198.18.0.1:443', 'tcp:192.0.2.10:6443']);
    for (const finding of found) expect(finding).toMatchObject({ ok, sentence });
  });

  test('is not content where nobody answers DNS', async () => {
    const found = await proveCaptured({ probes: [], captured: [443], attempt: async () => ({ kind: 'no-route' }), rejections: async () => 0 });
    expect(found.at(-1)).toMatchObject({ tried: 'DNS at 127.0.0.1', ok: false });
  });
});
