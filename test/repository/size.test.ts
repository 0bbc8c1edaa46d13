import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { functionsOf } from './functions.ts';
import { ROOT, sources } from './imports.ts';

const files = sources('src').map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1 }));
const functions = sources('src').flatMap(functionsOf);

describe('a file is the one thing it is named for, and no longer than that takes', () => {
  test('half of all are under 100 lines, nine in ten under 250, and none is over 400', () => {
    expect(files.filter(({ lines }) => lines >= 100).length).toBeLessThanOrEqual(files.length / 2);
    expect(files.filter(({ lines }) => lines >= 250).length).toBeLessThanOrEqual(files.length / 10);
    expect(files.filter(({ lines }) => lines > 400)).toEqual([]);
  });
});

describe('a function is read at one glance', () => {
  test('half of all are under 12 lines, and none is over 60', () => {
    expect(functions.length).toBeGreaterThan(files.length);
    expect(functions.filter(({ lines }) => lines >= 12).length).toBeLessThanOrEqual(functions.length / 2);
    expect(functions.filter(({ lines }) => lines > 60)).toEqual([]);
  });

  test('each is found by its name, wherever it stands', () => {
    const names = functionsOf('test/repository/functions.ts').map(({ at }) => at.replace(/:\d+/, ''));
    expect(names).toEqual(['functionsOf', 'lineAt', 'add', 'named', 'FunctionDeclaration', 'VariableDeclarator', 'MethodDefinition', 'PropertyDefinition', 'Property'].map((name) => `test/repository/functions.ts ${name}`));
  });
});
