import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { CHECKS } from '../../../src/core/checks/index.ts';
import { expectGolden } from '../../golden/compare.ts';
import type { Example, Failing } from './examples/example.ts';
import { EXAMPLES } from './examples/index.ts';
import { faultsOf, objectOf } from './examples/judge.ts';

const toldOf = (example: Example): string[] => faultsOf(example).map(({ reason, field }) => `${reason} ${field}`);

/** The golden file: what is told of the object, and the object. */
function golden(example: Example, faults: readonly string[]): string {
  const notes = [
    ...(example.given === undefined ? [] : [`where ${example.given.says}`]),
    ...faults.map((fault) => `refused: ${fault}`),
    ...('stricter' in example ? ['Pod Security restricted lets it in'] : []),
  ];
  return `${notes.map((note) => `# ${note}\n`).join('')}${stringify(objectOf(example), { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function files(examples: Readonly<Record<string, Example | Failing>>): ReadonlyMap<string, string> {
  const written = Object.entries(examples).filter(([, { unwritten }]) => unwritten !== true);
  return new Map(written.map(([name, example]) => [`${name}.yaml`, golden(example, 'faults' in example ? example.faults : [])]));
}

test('every check has examples, and no other', () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual(CHECKS.map(({ id }) => id).sort());
});

test('there are golden pods of no check that there is no more', () => {
  const folder = new URL('../../golden/checks/', import.meta.url);
  const leftOver = readdirSync(folder).filter((id) => !(id in EXAMPLES));
  if (process.env['UPDATE_GOLDEN'] === '1') for (const id of leftOver) rmSync(new URL(id, folder), { recursive: true });
  else expect(leftOver).toEqual([]);
});

describe.each(Object.entries(EXAMPLES))('%s', (id, { pass, fail }) => {
  test.each(Object.entries(pass))('lets pass: %s', (_name, example) => {
    expect(toldOf(example)).toEqual([]);
  });

  test.each(Object.entries(fail))('refuses: %s', (_name, example) => {
    const found = toldOf(example);
    const told = example.andMore === true ? found.filter((fault) => example.faults.includes(fault)) : found;
    expect(told.sort()).toEqual([...example.faults].sort());
  });

  test('has an example of every reason that its file names', () => {
    const source = readFileSync(new URL(`../../../src/core/checks/${id}.ts`, import.meta.url), 'utf8');
    const named = Array.from(source.matchAll(/\breason(?:: | = )([^,`]*)/g), ([, text = '']) => Array.from(text.matchAll(/'([a-z-]+)'/g), ([, reason]) => reason)).flat();
    const told = new Set(Object.values(fail).flatMap(({ faults }) => faults.map((fault) => fault.slice(0, fault.indexOf(' ')))));
    expect(named.filter((reason) => reason !== undefined && !told.has(reason))).toEqual([]);
  });

  test('has golden pods of both', () => {
    expectGolden(`checks/${id}/pass`, files(pass));
    expectGolden(`checks/${id}/fail`, files(fail));
  });
});
