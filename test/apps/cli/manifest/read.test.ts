import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseManifests, readManifests } from '../../../../src/apps/cli/manifest/read.ts';
import { temporaryFolder } from '../../../fakes/temporary-folder.ts';

const kinds = (text: string) => parseManifests('a.yaml', text).map(({ object }) => object['kind']);
const of = (kind: string, more = '') => `apiVersion: v1\nkind: ${kind}\n${more}`;

describe('manifests', () => {
  test('are all documents and all items of Lists, nested ones too', () => {
    expect(kinds(`${of('Pod')}---\n---\n${of('List')}items:\n- {apiVersion: v1, kind: Job}\n- {apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret}]}\n`)).toEqual(['Pod', 'Job', 'Secret']);
    expect(kinds('{"apiVersion":"v1","kind":"Pod"}')).toEqual(['Pod']);
    expect(kinds('')).toEqual([]);
    expect(kinds('# only a comment\n---\n...\n')).toEqual([]);
    expect(kinds('\ufeffapiVersion: v1\r\nkind: Pod\r\n---\r\napiVersion: v1\r\nkind: Job\r\n')).toEqual(['Pod', 'Job']);
  });

  test('of a typed list have the kind that its name says', () => {
    expect(parseManifests('a.json', '{"apiVersion":"apps/v1","kind":"DeploymentList","items":[{"metadata":{"name":"a"}}]}').map(({ object }) => object)).toEqual([{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' } }]);
  });

  test('know the place of every field, or of the nearest one around it', () => {
    const [pod] = parseManifests('a.yaml', '# first\napiVersion: v1\nkind: Pod\nmetadata:\n  labels:\n    "a.b/c": d\nspec:\n  containers:\n  - name: app\n    ports:\n    - containerPort: 1\n');
    const places = ['', 'kind', 'metadata.labels["a.b/c"]', 'spec.containers[0].name', 'spec.containers[0].ports[0].hostPort', 'spec.containers[7]', 'spec.volumes'].map((field) => pod?.positionOf(field));
    expect(places.map((place) => `${place?.line}:${place?.column}`)).toEqual(['2:1', '3:1', '6:5', '9:5', '11:7', '8:3', '7:1']);
  });

  test('name the template of the chart that they are made of', () => {
    const text = `---\n# Source: agent/templates/pod.yaml\n${of('Pod')}---\n# Source: agent/templates/empty.yaml\n---\n# Source: agent/templates/job.yaml\n# a note\n${of('Job', 'metadata:\n  annotations:\n    "helm.sh/hook": pre-install\n')}---\n${of('Secret')}`;
    expect(parseManifests('-', text).map(({ object, source }) => `${String(object['kind'])} ${source}`)).toEqual(['Pod agent/templates/pod.yaml', 'Job agent/templates/job.yaml', 'Secret undefined']);
  });

  test('are read as kubectl reads them', () => {
    const [pod] = parseManifests('a.yaml', of('Pod', 'spec: {a: yes, b: off, c: 0644, d: 0o644, e: 22:22, f: 2020-01-01, g: "yes", h: ~}\nbase: &base {x: 1}\nmore: {<<: *base, z: 2}\n'));
    expect(pod?.object).toMatchObject({ spec: { a: true, b: false, c: 420, d: 420, e: '22:22', f: '2020-01-01', g: 'yes', h: null }, more: { x: 1, z: 2 } });
  });

  test.each([
    ['a: b: c', 'a.yaml:1:4: a key stands inside the value before it (expected the indentation of the keys around it, or quotes around the whole value)'],
    [`${of('Pod')}kind: Job`, 'a.yaml:3:1: this key stands in the mapping already'],
    ['- kind: Pod', 'a.yaml:1:1: expected a Kubernetes object, got a list'],
    [`${of('Pod')}---\nwords`, 'a.yaml:4:1: expected a Kubernetes object, got string'],
    ['words: none', 'a.yaml:1:1: expected a Kubernetes object, got one without apiVersion and kind'],
    ['apiVersion: v1', 'a.yaml:1:1: expected a Kubernetes object, got one without a kind'],
    ['kind: Pod', 'a.yaml:1:1: expected a Kubernetes object, got a Pod without an apiVersion'],
    [of('PodList', 'items: [5]'), 'a.yaml:3:9: expected a Kubernetes object, got number'],
    ['a: 1\n\tb: 2', 'a.yaml:2:1: Tabs are not allowed as indentation'],
    ['['.repeat(300), 'a.yaml:1:250: is nested more than 250 levels deep'],
    ['kind: *nobody', 'a.yaml:1:1: Unresolved alias (the anchor must be set before the alias): nobody'],
    ['{{- if .Values.on }}\nkind: Pod\n{{- end }}', 'looks like a Helm template; check what it makes: helm template CHART | sallyport check -'],
    ['NAME: agent\nSTATUS: pending\nMANIFEST:\n- x\n a: b', 'looks like what helm install prints'],
    ['--- a.yaml\n+++ b.yaml\n@@ -1 +1 @@\n-kind: Pod\n+kind: Job\n', 'looks like a diff; check the manifest itself'],
  ])('%j cannot be read, and says where and why', (text, message) => {
    expect(() => parseManifests('a.yaml', text)).toThrow(expect.objectContaining({ name: 'InputFault', code: 'unfit', message: expect.stringContaining(message) }));
  });

  test('that multiply themselves by aliases cannot be read', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...Array.from({ length: 9 }, (_, n) => `${'bcdefghij'[n]}: &${'bcdefghij'[n]} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[n]}`).join(',')}]`)].join('\n');
    expect(() => parseManifests('a.yaml', bomb)).toThrow(expect.objectContaining({ name: 'InputFault', code: 'unfit', message: expect.stringContaining('a.yaml:1:1: Excessive alias count') }));
  });

  test('come from files, and from folders with all below but what is hidden', async () => {
    const folder = temporaryFolder();
    for (const below of ['deep', '.git', 'node_modules']) {
      mkdirSync(join(folder, below));
      writeFileSync(join(folder, below, 'c.json'), '{"apiVersion":"v1","kind":"C"}');
    }
    writeFileSync(join(folder, 'b.yml'), of('B'));
    writeFileSync(join(folder, 'notes.txt'), 'a: b: c');
    writeFileSync(join(folder, 'values.yaml'), 'replicas: 2');
    const { manifests, strangers } = await readManifests([folder, join(folder, 'b.yml')]);
    expect(manifests.map(({ object }) => object['kind'])).toEqual(['B', 'C', 'B']);
    expect(strangers).toEqual([join(folder, 'values.yaml')]);
    const missing = join(folder, 'none.yaml');
    await expect(readManifests([missing])).rejects.toMatchObject({ code: 'unreadable', message: `${missing}: cannot be read (there is no such file or folder)` });
  });

  test('that cannot be read are all told at once', async () => {
    const folder = temporaryFolder();
    for (const name of ['a.yaml', 'b.yaml']) writeFileSync(join(folder, name), 'a: b: c');
    writeFileSync(join(folder, 'good.yaml'), of('Pod'));
    await expect(readManifests([folder, 'nowhere.yaml'])).rejects.toMatchObject({ code: 'unfit', message: expect.stringMatching(/\/a\.yaml:1:4: .*\n.*\/b\.yaml:1:4: .*\nnowhere\.yaml: cannot be read \(there is no such file or folder\)$/) });
  });

  test.each([['a file', 'empty.yaml'], ['a folder', '.']])('are expected in %s that is named: none is a fault, so that nothing passes for reviewed', async (_, name) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'empty.yaml'), '---\n');
    await expect(readManifests([join(folder, name)])).rejects.toMatchObject({ code: 'unfit', message: expect.stringContaining('there is no object in it') });
  });

  test('of many megabytes are read in seconds', () => {
    const data = Array.from({ length: 10_000 }, (_, index) => `  key${index}: value ${index}\n`).join('');
    const started = performance.now();
    expect(parseManifests('a.yaml', Array.from({ length: 2 }, () => `${of('ConfigMap')}data:\n${data}`).join('---\n'))).toHaveLength(2);
    expect(performance.now() - started).toBeLessThan(8_000);
  });
});
