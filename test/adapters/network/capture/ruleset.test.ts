import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { captureChains, rulesetText } from '../../../../src/adapters/network/capture/ruleset.ts';
import type { CaptureSettings } from '../../../../src/adapters/network/capture/settings.ts';

const SETTINGS: CaptureSettings = {
  proxyUid: 14141,
  explicitPort: 15001,
  dnsPort: 15053,
  captured: [{ port: 443, listener: 15002 }, { port: 80, listener: 15003 }, { port: 8443, listener: 15100 }],
};

describe('the ruleset', () => {
  test('is the golden one', () => {
    const golden = new URL('../../../golden/capture/ruleset.nft', import.meta.url);
    const text = rulesetText(captureChains(SETTINGS));
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  test('ends what may leave with a rejection that is counted, before which only loopback, the captured and replies pass', () => {
    const confine = captureChains(SETTINGS).find((chain) => chain.name === 'confine');
    expect(confine).toMatchObject({ hook: 'output', policy: 'drop' });
    expect(confine?.rules.map((rule) => rule.name)).toEqual(['proxy', 'loopback', 'loopback over ipv6', 'captured', 'replies', 'rejections over ipv6', 'rest']);
    expect(confine?.rules.at(-1)?.text).toBe('counter reject with icmpx type admin-prohibited');
  });

  test.each<[string, Partial<CaptureSettings>, string]>([
    ['root as the proxy', { proxyUid: 0 }, 'expected a numeric user that is not root, got 0'],
    ['a user that is no number', { proxyUid: Number.NaN }, 'expected a numeric user that is not root, got NaN'],
    ['nothing captured', { captured: [] }, 'expected at least one captured port, got none'],
    ['a port twice', { captured: [{ port: 443, listener: 15002 }, { port: 443, listener: 15003 }] }, 'expected each captured port once, got 443, 443'],
    ['a listener twice', { captured: [{ port: 443, listener: 15002 }, { port: 80, listener: 15002 }] }, 'expected a listener of its own for each captured port'],
    ['the explicit port as a listener', { captured: [{ port: 443, listener: 15001 }] }, 'expected a listener of its own for each captured port'],
    ['the health port as a listener', { captured: [{ port: 443, listener: 15020 }] }, 'expected a listener of its own for each captured port'],
    ['a port that is text', { captured: [{ port: '443 accept' as unknown as number, listener: 15002 }] }, 'expected a port from 1 to 65535, got 443 accept'],
  ])('is not made for %s', (_, wrong, message) => {
    expect(() => captureChains({ ...SETTINGS, ...wrong })).toThrow(expect.objectContaining({ name: 'InputFault', code: 'usage', message: expect.stringContaining(message) }));
  });
});
