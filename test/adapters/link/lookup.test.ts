import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { lookupBy, type Resolving } from '../../../src/adapters/link/lookup.ts';

const both: Resolving = { resolve: async () => ['192.0.2.1', '2001:db8::1'] };

type Found = string | readonly LookupAddress[];

function look(resolver: Resolving, name: string, all = false): Promise<Found> {
  return new Promise((resolve, reject) => {
    lookupBy(resolver, 'cluster.local')(name, { all }, (error, found) => (error ? reject(error) : resolve(found)));
  });
}

test('answers the first address, or all with their families', async () => {
  expect(await look(both, 'controller.example.com')).toBe('192.0.2.1');
  expect(await look(both, 'controller.example.com', true)).toEqual([{ address: '192.0.2.1', family: 4 }, { address: '2001:db8::1', family: 6 }]);
});

test.each([
  ['sallyport-controller.sallyport-system.svc', 'sallyport-controller.sallyport-system.svc.cluster.local'],
  ['sallyport-controller.sallyport-system.svc.cluster.local', 'sallyport-controller.sallyport-system.svc.cluster.local'],
  ['controller.example.com', 'controller.example.com'],
])('asks for %s as %s', async (name, asked) => {
  const names: string[] = [];
  await look({ resolve: async (host) => (names.push(host), ['192.0.2.1']) }, name);
  expect(names).toEqual([asked]);
});

test('passes on why there is no address', async () => {
  await expect(look({ resolve: () => Promise.reject(new Error('no such name')) }, 'controller.example.com')).rejects.toThrow('no such name');
  await expect(look(both, 'not a name')).rejects.toThrow('not a name');
});
