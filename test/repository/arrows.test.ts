import { describe, expect, test } from 'vitest';
import { type Import, importsOf, loadedBy, roomOf } from './imports.ts';

const imports = importsOf('src');

/** What each room of core may import besides itself. A room that is not listed here may not exist. */
const CORE: Readonly<Record<string, readonly string[]>> = {
  'core/terms': [],
  'core/address': ['core/terms'],
  'core/policy': ['core/terms', 'core/address'],
  'core/checks': ['core/terms', 'core/address', 'core/policy'],
  'core/admission': ['core/terms', 'core/address', 'core/policy', 'core/checks'],
  'core/injection': ['core/terms', 'core/address', 'core/policy', 'core/checks', 'core/admission'],
  'core/traffic': ['core/terms', 'core/address', 'core/policy'],
  'core/evidence': ['core/terms', 'core/address', 'core/policy'],
};

/** Modules without I/O, clock or randomness of their own. */
const PURE = new Set(['node:buffer', 'node:crypto', 'node:module', 'zod', 'yaml', 'tldts', 'canonicalize', 'jose']);

const NOT_IN_THE_SIDECAR = ['@kubernetes/client-node', 'express', 'prom-client', 'undici'];

function told(list: readonly Import[]): string[] {
  return list.map((one) => `${one.from} -> ${one.target}`);
}

describe('the arrows of the house', () => {
  test('a room of core imports only the rooms beneath it', () => {
    const wrong = imports.filter((one) => {
      const room = roomOf(one.from);
      if (!room.startsWith('core/') || !one.own) return false;
      const target = roomOf(one.target);
      return target !== room && !CORE[room]?.includes(target);
    });
    expect(told(wrong)).toEqual([]);
  });

  test('core does no I/O: its modules are pure, and clock and randomness are passed in', () => {
    const wrong = imports.filter((one) => one.from.startsWith('src/core/') && !one.own && !one.typeOnly && !PURE.has(one.target));
    expect(told(wrong)).toEqual([]);
  });

  test('adapters know core and each other, and no app', () => {
    const wrong = imports.filter((one) => one.from.startsWith('src/adapters/') && one.own && !/^src\/(core|adapters)\//.test(one.target));
    expect(told(wrong)).toEqual([]);
  });

  test('no app imports another; the command line wires them, and only when their command is named', () => {
    const wrong = imports.filter((one) => {
      if (!one.from.startsWith('src/apps/') || !one.own || !one.target.startsWith('src/apps/')) return false;
      const [from, target] = [roomOf(one.from), roomOf(one.target)];
      return from !== target && !(from === 'apps/cli' && (one.dynamic || one.typeOnly));
    });
    expect(told(wrong)).toEqual([]);
  });

  test('only policy evaluation issues a permit', () => {
    const issuers = new Set(importsOf('src').filter((one) => one.target === 'src/core/terms/permit.ts' && !one.typeOnly).map((one) => roomOf(one.from)));
    issuers.delete('adapters/network'); // asks `Permit.proven` before it dials
    expect([...issuers]).toEqual(['core/policy']);
  });

  test('the sidecar never loads Kubernetes, Express or console code', () => {
    for (const start of ['src/apps/proxy/command.ts', 'src/main.ts', 'src/apps/capture/command.ts']) {
      const loaded = loadedBy(start, imports);
      expect([...loaded].filter((name) => NOT_IN_THE_SIDECAR.includes(name) || name.startsWith('src/console/'))).toEqual([]);
    }
  });

  test('a sidecar obeys policies without the libraries that read them, which weigh more than the rest of it', () => {
    for (const start of ['src/adapters/link/client.ts', 'src/apps/proxy/command.ts', 'src/apps/proxy/assemble.ts']) {
      const loaded = loadedBy(start, imports);
      expect(['zod', 'yaml', 'tldts'].filter((name) => loaded.has(name))).toEqual([]);
    }
  });

  test('no two files import each other in a loop', () => {
    const loops = imports.filter((one) => one.own && !one.typeOnly && !one.dynamic && loadedBy(one.target, imports).has(one.from));
    expect(told(loops)).toEqual([]);
  });
});
