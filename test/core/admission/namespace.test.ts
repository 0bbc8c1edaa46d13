import { expect, test } from 'vitest';
import { modeOf, profileName } from '../../../src/core/admission/namespace.ts';

test.each([
  [undefined, 'enforce'], [{}, 'enforce'], [{ 'sallyport.dev/agents': 'enforce' }, 'enforce'], [{ 'sallyport.dev/agents': 'warn' }, 'warn'],
  [{ 'sallyport.dev/agents': 'audit' }, 'audit'], [{ 'sallyport.dev/agents': ' warn' }, 'enforce'], [{ 'sallyport.dev/agents': 'WARN' }, 'enforce'], [{ 'sallyport.dev/agents': 'false' }, 'enforce'],
])('labels %j read as %s', (labels, mode) => {
  expect(modeOf(labels)).toBe(mode);
});

test('a namespace that picks no profile has isolated', () => {
  expect(profileName(undefined)).toBe('isolated');
  expect(profileName({})).toBe('isolated');
  expect(profileName({ 'sallyport.dev/profile': 'contained' })).toBe('contained');
});
