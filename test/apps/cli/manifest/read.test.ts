import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseManifests, readManifests } from '../../../../src/apps/cli/manifest/read.ts';
import { temporaryFolder } from '../../../fakes/temporary-folder.ts';

const kinds = (text: string) => parseManifests('a.yaml', text).map(({ object }) => object['kind']);

describe('manifests', () => {
  test('are all documents and all items of Lists, nested ones too', () => {
    expect(kinds('kind: Pod\n---\n---\nkind: List\nitems:\n- kind: Job\n- kind: List\n  items: [{kind: Secret}]\n')).toEqual(['Pod', 'Job', 'Secret']);
    expect(kinds('{"kind":"Pod"}')).toEqual(['Pod']);
    expect(kinds('')).toEqual([]);
  });

  test('know the line of every field, or of the nearest one around it', () => {
    const [pod] = parseManifests('a.yaml', '# first\nkind: Pod\nmetadata:\n  labels:\n    "a.b/c": d\nspec:\n  containers:\n  - name: app\n    ports:\n    - containerPort: 1\n');
    expect(['', 'kind', 'metadata.labels["a.b/c"]', 'spec.containers[0].name', 'spec.containers[0].ports[0].hostPort', 'spec.containers[7]', 'spec.volumes'].map((field) => pod?.lineOf(field))).toEqual([2, 2, 5, 8, 10, 7, 6]);
  });

  test.each([
    ['a: b: c', 'a.yaml:1: Nested mappings are not allowed in compact mappings'],
    ['kind: Pod\nkind: Job', 'a.yaml:2: Map keys must be unique'],
    ['- kind: Pod', 'a.yaml:1: expected a Kubernetes object, got a list'],
    ['kind: Pod\n---\nwords', 'a.yaml:3: expected a Kubernetes object, got string'],
    ['words: none', 'a.yaml:1: expected a Kubernetes object, got one without a kind'],
    ['kind: *nobody', 'a.yaml: Unresolved alias (the anchor must be set before the alias): nobody'],
  ])('%j cannot be read, and says where', (text, message) => {
    expect(() => parseManifests('a.yaml', text)).toThrow(expect.objectContaining({ name: 'InputFault', code: 'unfit', message }));
  });

  test('that multiply themselves by aliases cannot be read', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 9 }, (_, n) => `${'bcdefghij'[n]}: &${'bcdefghij'[n]} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[n]}`).join(',')}]`)].join('\n');
    expect(() => parseManifests('a.yaml', bomb)).toThrow(expect.objectContaining({ name: 'InputFault', code: 'unfit', message: expect.stringContaining('a.yaml: Excessive alias count') }));
  });

  test('come from files, and from folders with all below', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'deep'));
    writeFileSync(join(folder, 'b.yml'), 'kind: B');
    writeFileSync(join(folder, 'deep', 'c.json'), '{"kind":"C"}');
    writeFileSync(join(folder, 'notes.txt'), 'a: b: c');
    const read = await readManifests([folder, join(folder, 'b.yml')]);
    expect(read.map(({ object }) => object['kind'])).toEqual(['B', 'C', 'B']);
    const missing = join(folder, 'none.yaml');
    await expect(readManifests([missing])).rejects.toMatchObject({ code: 'unreadable', message: `${missing}: cannot be read (there is no such file or folder)` });
  });

  test.each([['a file', 'empty.yaml'], ['a folder', '.']])('are expected in %s that is named: none is a fault, so that nothing passes for reviewed', async (_, name) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'empty.yaml'), '---\n');
    await expect(readManifests([join(folder, name)])).rejects.toMatchObject({ code: 'unfit', message: expect.stringContaining('there is no object in it') });
  });
});
