import { describe, expect, test } from 'vitest';
import { ProtocolFault } from '../../../../src/core/traffic/http1/fault.ts';
import { readTarget, type Target } from '../../../../src/core/traffic/http1/target.ts';

describe('each form is told apart', () => {
  const cases: readonly (readonly [method: string, target: string, Target])[] = [
    ['GET', '/', { form: 'origin', path: '/' }],
    ['GET', '/a//b/../c;d?e=/f?g', { form: 'origin', path: '/a//b/../c;d?e=/f?g' }],
    ['GET', '//b.example/c', { form: 'origin', path: '//b.example/c' }],
    ['GET', 'http://api.example/a?b', { form: 'absolute', scheme: 'http', authority: 'api.example', path: '/a?b' }],
    ['GET', 'HTTPS://API.example:8443', { form: 'absolute', scheme: 'https', authority: 'API.example:8443', path: '/' }],
    ['GET', 'http://api.example?b=/c', { form: 'absolute', scheme: 'http', authority: 'api.example', path: '/?b=/c' }],
    ['GET', 'http://[2001:db8::1]:80/', { form: 'absolute', scheme: 'http', authority: '[2001:db8::1]:80', path: '/' }],
    ['GET', 'http://a.example/b@c.example', { form: 'absolute', scheme: 'http', authority: 'a.example', path: '/b@c.example' }],
    ['CONNECT', 'api.example:443', { form: 'authority', authority: 'api.example:443' }],
    ['CONNECT', '[2001:db8::1]:443', { form: 'authority', authority: '[2001:db8::1]:443' }],
    ['OPTIONS', '*', { form: 'asterisk' }],
    ['OPTIONS', 'http://api.example/', { form: 'absolute', scheme: 'http', authority: 'api.example', path: '/' }],
  ];
  test.each(cases)('%s %s', (method, target, expected) => {
    expect(readTarget(method, target)).toEqual(expected);
  });
});

describe('everything else is refused', () => {
  const cases: readonly (readonly [method: string, target: string, expected: string])[] = [
    ['GET', '', 'visible ASCII'],
    ['GET', '/a#b', 'without "#"'],
    ['GET', '/a b', 'visible ASCII'],
    ['GET', '/\u0100', 'visible ASCII'],
    ['GET', '*', '/PATH or http://HOST/PATH'],
    ['GET', 'javascript://a.example/', '/PATH or http://HOST/PATH'],
    ['GET', 'http://u:p@a.example/', 'without user information'],
    ['GET', 'http://a.example\\@b.example/', 'without user information'],
    ['GET', 'http:///etc', 'without user information'],
    ['OPTIONS', 'http://a.example', 'a path, at least "/"'],
    ['CONNECT', 'a.example', 'HOST:PORT'],
    ['CONNECT', 'a.example:', 'HOST:PORT'],
    ['CONNECT', '*', 'HOST:PORT'],
    ['CONNECT', 'a.example:443/', 'HOST:PORT'],
  ];
  test.each(cases)('%s %s', (method, target, expected) => {
    expect(() => readTarget(method, target)).toThrow(expect.objectContaining({ code: 'target-malformed', reason: 'request-malformed', message: expect.stringContaining(expected) }));
    expect(() => readTarget(method, target)).toThrow(ProtocolFault);
  });
});
