import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openPolicyFiles, type PolicyFiles, type PolicyFilesSettings } from '../../../src/adapters/policy-files/watch.ts';
import { formatProblem, type Problem } from '../../../src/core/policy/problem.ts';

const LOG = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function policy(host: string, { namespace = 'agents', name = 'triage', labels = '' } = {}): string {
  return `apiVersion: sallyport.dev/v1alpha1\nkind: AgentPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec:\n${labels === '' ? '' : `  agents: {matchLabels: {${labels}}}\n`}  tools:\n  - name: api\n    http: {hosts: [${host}]}\n    access: read-only\n`;
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'policies-'));
  onTestFinished(async () => { await rm(path, { recursive: true }); });
  return path;
}

async function open(settings: Omit<PolicyFilesSettings, 'log'>): Promise<PolicyFiles> {
  const files = await openPolicyFiles({ log: LOG, pollInterval: 25, ...settings });
  onTestFinished(() => { files.close(); });
  return files;
}

function hosts(files: PolicyFiles): readonly string[] {
  return files.current()?.policies.flatMap(({ spec }) => spec.tools.flatMap(({ http }) => http?.hosts ?? [])) ?? [];
}

describe('the first reading', () => {
  test('a bad file is an error with all its problems and their places', async () => {
    const path = join(await folder(), 'bad.yaml');
    await writeFile(path, policy('api.example.com').replace('access: read-only', 'acess: read-only').replace('kind: AgentPolicy', 'kind: AgentPolice'));

    await expect(open({ path })).rejects.toMatchObject({ name: 'PolicyFilesFault', code: 'unfit' });
    await expect(open({ path })).rejects.toThrow(/bad\.yaml:2:\d+: kind/);
  });

  test('a file that is not there is an error', async () => {
    await expect(open({ path: join(await folder(), 'none.yaml') })).rejects.toMatchObject({ code: 'unreadable' });
  });

  test('a folder without a policy is an error: nothing would be permitted, and nobody would know why', async () => {
    await expect(open({ path: await folder() })).rejects.toThrow('no .yaml, .yml or .json file is in this folder');
  });

  test('so are files without one', async () => {
    const path = join(await folder(), 'profile.yaml');
    await writeFile(path, 'apiVersion: sallyport.dev/v1alpha1\nkind: SandboxProfile\nmetadata: {name: analysts}\n');

    await expect(open({ path })).rejects.toThrow('there is no AgentPolicy here');
  });

  test('a folder is all its policy files, hidden ones and others left out', async () => {
    const path = await folder();
    await writeFile(join(path, 'a.yaml'), policy('a.example.com', { name: 'a' }));
    await writeFile(join(path, 'b.yml'), policy('b.example.com', { name: 'b' }));
    await writeFile(join(path, '.c.yaml'), 'nonsense: [');
    await writeFile(join(path, 'README.md'), 'nonsense: [');

    expect(hosts(await open({ path }))).toEqual(['a.example.com', 'b.example.com']);
  });
});

test('what is not obeyed for want of knowing the agent is told, for the files as they now are', async () => {
  const path = join(await folder(), 'a.yaml');
  await writeFile(path, policy('a.example.com'));
  const files = await open({ path });
  expect(files.omissions).toEqual([]);
  await writeFile(path, policy('b.example.com', { labels: 'app: triage' }));

  await expect.poll(() => files.omissions.map(({ event }) => event)).toEqual(['labels-not-consulted']);
});

test('the namespace stays what it was at first, whatever the files are for later', async () => {
  const path = join(await folder(), 'a.yaml');
  await writeFile(path, policy('a.example.com'));
  const files = await open({ path });
  await writeFile(path, policy('b.example.com', { namespace: 'shop' }));

  await expect.poll(() => files.current().policies.map(({ metadata }) => metadata)).toEqual([{ namespace: 'agents', name: 'shop.triage' }]);
  expect(files.namespace).toBe('agents');
});

describe('changes', () => {
  test('a changed file takes force, with the next generation', async () => {
    const path = join(await folder(), 'a.yaml');
    await writeFile(path, policy('a.example.com'));
    const files = await open({ path });
    const heard: number[] = [];
    files.onChange(({ generation }) => { heard.push(generation); });
    await writeFile(path, policy('b.example.com'));

    await expect.poll(() => hosts(files)).toEqual(['b.example.com']);
    expect(heard).toEqual([2]);
  });

  test('a bad file leaves the last good policy in force, is reported once, and a good one takes force again', async () => {
    const path = join(await folder(), 'a.yaml');
    await writeFile(path, policy('a.example.com'));
    const reports: (readonly Problem[])[] = [];
    const files = await open({ path, onReload: (problems) => { reports.push(problems); } });
    await writeFile(path, 'kind: [');
    await expect.poll(() => reports.length).toBe(1);
    await new Promise((resolve) => { setTimeout(resolve, 120); });

    expect(hosts(files)).toEqual(['a.example.com']);
    expect(reports).toHaveLength(1);
    expect(formatProblem(reports[0]?.[0] ?? { file: '', line: 0, column: 0, path: '', message: '' })).toContain('a.yaml:1:');
    await writeFile(path, policy('c.example.com'));
    await expect.poll(() => hosts(files)).toEqual(['c.example.com']);
  });

  test('a file that vanishes leaves the last good policy in force, and is reported once', async () => {
    const path = join(await folder(), 'a.yaml');
    await writeFile(path, policy('a.example.com'));
    const reports: string[] = [];
    const files = await open({ path, onReload: (problems) => { reports.push(...problems.map(formatProblem)); } });
    await rm(path);
    await new Promise((resolve) => { setTimeout(resolve, 120); });

    expect(hosts(files)).toEqual(['a.example.com']);
    expect(reports).toEqual([`${path}: cannot be read (there is no such file or folder)`]);
  });

  test('a file that is replaced by renaming another is seen', async () => {
    const path = join(await folder(), 'a.yaml');
    await writeFile(path, policy('a.example.com'));
    const files = await open({ path });
    await writeFile(`${path}.new`, policy('b.example.com'));
    await rename(`${path}.new`, path);

    await expect.poll(() => hosts(files)).toEqual(['b.example.com']);
  });

  test('a mounted ConfigMap, whose link is exchanged, is seen', async () => {
    const path = await folder();
    for (const [version, host] of [['..v1', 'a.example.com'], ['..v2', 'b.example.com']] as const) {
      await mkdir(join(path, version));
      await writeFile(join(path, version, 'policy.yaml'), policy(host));
    }
    await symlink('..v1', join(path, '..data'));
    await symlink('..data/policy.yaml', join(path, 'policy.yaml'));
    const files = await open({ path });
    expect(hosts(files)).toEqual(['a.example.com']);
    await symlink('..v2', join(path, '..data_new'));
    await rename(join(path, '..data_new'), join(path, '..data'));

    await expect.poll(() => hosts(files)).toEqual(['b.example.com']);
  });

  test('a file that is written anew with the same policy changes nothing', async () => {
    const path = join(await folder(), 'a.yaml');
    await writeFile(path, policy('a.example.com'));
    const files = await open({ path });
    await writeFile(path, `${policy('a.example.com')}# a comment\n`);
    await new Promise((resolve) => { setTimeout(resolve, 150); });

    expect(files.current()?.generation).toBe(1);
  });
});
