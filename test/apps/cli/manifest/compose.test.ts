import { expect, test } from 'vitest';
import { compose } from '../../../../src/apps/cli/manifest/compose.ts';

/** What `kubectl label --local --dry-run=client -o json` made of plain words, with kubectl 1.36. */
const AS_KUBECTL: readonly (readonly [written: string, read: unknown])[] = [
  ['yes', true],
  ['off', false],
  ['0644', 420],
  ['0o644', 420],
  ['22:22', '22:22'],
  ['2020-01-01', '2020-01-01'],
  ['y', true],
  ['~', null],
  ['1_000', 1000],
  ['0x10', 16],
  ['1e3', 1000],
  ['0b11', 3],
  ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00Z'],
  ['010', 8],
  ['.5', 0.5],
  ['1.', 1],
  ['08', 8],
  ['NO', false],
  ['Null', null],
  ['+1', 1],
  ['-0', 0],
  ['0o9', '0o9'],
  ['1:20:30', '1:20:30'],
  ['On', true],
  ['12e03', 12000],
  ['-0x1F', -31],
  ['09.5', 9.5],
  ['1__0', 10],
  ['_1', '_1'],
  ['0_7', 7],
  ['=', '='],
  ['N', false],
  ['TRUE', true],
  ['tRUE', 'tRUE'],
];

test.each(AS_KUBECTL)('%s is read as kubectl reads it: %j', (written, read) => {
  const [document] = compose('a.yaml', `value: ${written}\n`).documents;
  expect(JSON.parse(JSON.stringify(document?.toJS()))).toEqual({ value: read });
});
