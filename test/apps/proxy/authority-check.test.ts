import { expect, test } from 'vitest';
import { absoluteAuthority } from '../../../src/apps/proxy/authority-check.ts';

test('a mismatch of IPv6 addresses is told with brackets, so that the port can be seen', () => {
  const target = { form: 'absolute', scheme: 'http', authority: '[2001:db8::1]:8080', path: '/' } as const;
  expect(absoluteAuthority(target, '[2001:db8::2]:8080')).toMatchObject({
    ok: false,
    reason: 'authority-mismatch',
    sentence: 'The names for this call disagree: the request target says [2001:db8::1]:8080 but the Host header says [2001:db8::2]:8080.',
  });
});
