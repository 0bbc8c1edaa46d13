import { expect, test } from 'vitest';
import { Cache } from '../../../src/adapters/kube/cache.ts';

const object = (name: string, namespace = 'agents') => ({ metadata: { name, namespace, resourceVersion: '1' } });

test('of each namespace no more than the bound are kept as they were read, and whoever changes those beyond gains no place', () => {
  const cache = new Cache<string | undefined>(({ metadata }) => metadata.name, { most: 2, beyond: undefined });
  for (const name of ['a', 'b', 'c', 'd', 'c', 'a']) cache.put(object(name));
  cache.put(object('e', 'other'));
  expect(cache.list('agents')).toEqual(['a', 'b', undefined, undefined]);
  expect(cache.list('other')).toEqual(['e']);
  for (const name of ['b', 'd', 'c']) cache.remove(object(name));
  cache.put(object('c'));
  expect(cache.list('agents')).toEqual(['a', 'c']);
});

test('a list that is taken in whole is bound alike', () => {
  const cache = new Cache<string | undefined>(({ metadata }) => metadata.name, { most: 1, beyond: undefined });
  const entries: Parameters<typeof cache.replace>[0] = new Map();
  for (const name of ['a', 'b']) cache.add(object(name), entries);
  cache.replace(entries);
  expect(cache.list()).toEqual(['a', undefined]);
});
