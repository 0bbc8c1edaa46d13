import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { HttpAction } from '../../../../src/core/terms/action.ts';
import { Placeholders } from '../../../../src/core/traffic/credential/placeholder.ts';
import { call } from '../../policy/fixtures.ts';

const placeholders = new Placeholders(randomBytes);
const TOKEN = placeholders.of('API_TOKEN');
const NONE: ReadonlySet<string> = new Set();
const plain = call('GET https://other.example.com/a');

test('they are the same for one variable, and of no other proxy\'s', () => {
  expect(placeholders.environment(['API_TOKEN', 'B'])).toEqual({ API_TOKEN: TOKEN, B: placeholders.of('B') });
  expect(TOKEN).toMatch(/^sallyport-[0-9a-f]{12}-[0-9a-f]{32}$/);
  expect(new Placeholders(randomBytes).of('API_TOKEN')).not.toBe(TOKEN);
});

test.each<[string, Partial<HttpAction>]>([
  ['a header', { headers: [['x-key', `Bearer ${TOKEN}`]] }],
  ['a header in capitals', { headers: [['x-key', TOKEN.toUpperCase()]] }],
  ['a password', { headers: [['authorization', `Basic ${Buffer.from(`user:${TOKEN}`).toString('base64')}`]] }],
  ['a path', { path: `/a/${TOKEN}` }],
  ['a query', { query: `a=%73${TOKEN.slice(1)}` }],
  ['the host', { authority: { ...plain.authority, host: `${TOKEN}.example.com` as typeof plain.authority.host } }],
  ['a gathered body', { body: { bytes: Buffer.from(`{"a":"${TOKEN}"}`) } }],
])('one is found in %s, save where it is bound', (_, part) => {
  expect(placeholders.stray({ ...plain, ...part }, NONE)).toBe('API_TOKEN');
  expect(placeholders.stray({ ...plain, ...part }, new Set(['API_TOKEN']))).toBeUndefined();
  expect(placeholders.stray({ ...plain, ...part }, new Set(['B']))).toBe('API_TOKEN');
});

test('a call without one carries none', () => {
  expect(placeholders.stray({ ...plain, headers: [['a', 'sallyport-']], query: 'a=%' }, NONE)).toBeUndefined();
});
