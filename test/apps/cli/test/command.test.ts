import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sallyport } from '../../../fakes/command-line.ts';
import { temporaryFolder } from '../../../fakes/temporary-folder.ts';

const NAMESPACE = `apiVersion: v1
kind: Namespace
metadata: {name: agents, labels: {sallyport.dev/agents: enforce, sallyport.dev/profile: contained}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: agents, namespace: agents}
spec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 443}]}]}
`;
const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: bare, namespace: agents}\nspec: {containers: [{name: x, image: registry.example.com/x:1}]}\n';

/** A folder with these files and a file of cases. */
function folderOf(cases: string, files: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bad'));
  for (const [name, text] of Object.entries({ 'namespace.yaml': NAMESPACE, 'bad/bare.yaml': POD, 'bad/two.yaml': `${POD}---\n${POD.replace('bare', 'other').replace('spec: {', 'spec: {hostNetwork: true, ')}`, ...files })) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'sallyport-test.yaml'), `facts: [namespace.yaml]\ncases:\n${cases}`);
  return folder;
}

describe('sallyport test', () => {
  test('ends with 0 where every manifest gets what it should, and says which checks none exercises', async () => {
    const folder = folderOf(`
- {name: a bare pod, manifest: bad/bare.yaml, expect: refused, checks: [run-as-user, read-only-root, resource-limits, service-account-token, lifetime-set]}
- {name: the same by reason, manifest: bad/bare.yaml, expect: refused, reasons: [may-run-as-root, user-not-explicit, root-writable, limit-missing, token-automounted, lifetime-unbounded], warnings: [image-source]}
- {name: the second of two, manifest: bad/two.yaml, object: Pod agents/other, expect: refused}
`);
    const { code, stdout, stderr } = await sallyport('test', folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('ok    a bare pod  Pod agents/bare -> refused (run-as-user, read-only-root, resource-limits, service-account-token, lifetime-set)\n');
    expect(stdout).toMatch(/checks that a case exercises: 7 of \d+ \(\d+ %\); none exercises .*\bprivileged\b/);
    expect(stdout).toMatch(/\n\n3 passed, 0 failed\n$/);
  });

  test.each([
    ['a verdict', '{name: one, manifest: bad/bare.yaml, expect: admitted}', 'verdict: expected admitted, got refused'],
    ['a check', '{name: one, manifest: bad/bare.yaml, expect: refused, checks: [run-as-user, privileged]}', 'checks: missing privileged; not expected read-only-root, resource-limits, service-account-token, lifetime-set'],
    ['a reason', '{name: one, manifest: bad/bare.yaml, expect: refused, reasons: [may-run-as-root, user-not-explicit, root-writable, limit-missing, lifetime-unbounded]}', 'reasons: not expected token-automounted'],
    ['a warning', '{name: one, manifest: bad/bare.yaml, expect: refused, warnings: []}', 'warnings: not expected image-source'],
    ['which object is meant', '{name: one, manifest: bad/two.yaml, expect: refused}', 'object: bad/two.yaml has Pod agents/bare, Pod agents/other, and exactly one has to be meant'],
    ['an object', '{name: one, manifest: bad/two.yaml, object: Pod agents/none, expect: refused}', 'object: Pod agents/none is not in bad/two.yaml, which has Pod agents/bare, Pod agents/other'],
    ['anything that is reviewed', '{name: one, manifest: namespace.yaml, expect: refused}', 'object: namespace.yaml has nothing that is reviewed, and exactly one has to be meant'],
  ])('ends with 1 and the difference where %s is not as expected', async (_, one, difference) => {
    const { code, stdout } = await sallyport('test', folderOf(`- ${one}\n`));
    expect(code).toBe(1);
    expect(stdout).toContain(`FAIL  one  `);
    expect(stdout).toContain(`\n        ${difference}\n`);
  });

  test('tells beside a difference what was found', async () => {
    expect((await sallyport('test', folderOf('- {name: one, manifest: bad/bare.yaml, expect: admitted}\n'))).stdout).toContain('        [run-as-user] spec.containers[0].securityContext.runAsNonRoot: container "x" may run as root\n');
  });

  test('ends with 1 where too few checks are exercised', async () => {
    const folder = folderOf('- {name: one, manifest: bad/bare.yaml, expect: refused}\n');
    expect(await sallyport('test', '--min-coverage', '10', folder)).toMatchObject({ code: 0 });
    expect(await sallyport('test', '--min-coverage', '80', folder)).toMatchObject({ code: 1, stderr: expect.stringMatching(/^sallyport: \d+ % of the checks are exercised by a case, and --min-coverage asks for 80 %\n$/) });
  });

  test('judges calls and manifests of one file, and several files by their own paths', async () => {
    const policy = 'apiVersion: sallyport.dev/v1alpha1\nkind: AgentPolicy\nmetadata: {name: p, namespace: agents}\nspec: {tools: [{name: api, http: {hosts: [api.example.com]}, access: read-only}]}\n';
    const folder = folderOf('- {name: a pod, manifest: bad/bare.yaml, expect: refused}\n', { 'bad/policy.yaml': policy, 'bad/calls.sallyport-test.yaml': 'policies: [policy.yaml]\nagent: {namespace: agents, name: a, labels: {}}\ncases:\n- {name: a call, call: GET https://api.example.com/a, expect: permit}\n- {name: bare, manifest: bare.yaml, expect: refused}\n' });
    const { code, stdout } = await sallyport('test', '-o', 'json', folder);
    const run = JSON.parse(stdout) as { passed: number; failed: number; cases: { file: string; name: string; subject: string; ok: boolean }[]; coverage: { percent: number } };
    expect({ code, passed: run.passed, failed: run.failed }).toEqual({ code: 0, passed: 3, failed: 0 });
    expect(run.cases.map(({ file, name, subject }) => `${file.slice(folder.length + 1)}: ${name}: ${subject}`)).toEqual([
      'bad/calls.sallyport-test.yaml: a call: GET https://api.example.com/a',
      'bad/calls.sallyport-test.yaml: bare: Pod agents/bare',
      'sallyport-test.yaml: a pod: Pod agents/bare',
    ]);
    expect(run.coverage.percent).toBeGreaterThan(0);
    expect((await sallyport('policy', 'test', '-o', 'json', folder)).stdout).toBe(stdout);
  });

  test('prints a JUnit report', async () => {
    const { code, stdout } = await sallyport('test', '-o', 'junit', folderOf('- {name: "a <pod>", manifest: bad/bare.yaml, expect: admitted}\n- {name: b, manifest: bad/bare.yaml, expect: refused}\n'));
    expect(code).toBe(1);
    expect(stdout).toContain('<testsuites name="sallyport test" tests="2" failures="1" errors="0" skipped="0">');
    expect(stdout).toContain('<testcase name="a &lt;pod&gt;"');
    expect(stdout).toContain('<failure message="verdict: expected admitted, got refused">verdict: expected admitted, got refused\n[run-as-user]');
  });

  test.each([
    ['neither', '{name: one, expect: refused}', ':3:3: cases[0]: has neither a call nor a manifest (expected exactly one of call and manifest)'],
    ['both', '{name: one, expect: refused, manifest: a, call: GET https://a.example/}', ':3:3: cases[0]: has a call and a manifest (expected exactly one of call and manifest)'],
    ['a verdict of the other', '{name: one, expect: permit, manifest: a}', ':3:23: cases[0].expect: is permit, which no manifest is (expected one of admitted, refused)'],
    ['a member of the other', '{name: one, expect: refused, manifest: a, rule: r}', ':3:51: cases[0].rule: is nothing that a manifest has (expected one of object, checks, reasons, warnings)'],
    ['a check that is none', '{name: one, expect: refused, manifest: a, checks: [priviledged]}', 'did you mean privileged?'],
    ['a call of nobody', '{name: one, expect: permit, call: GET https://a.example/}', 'cases[0]: is a call of no agent (expected agent: {namespace: NAMESPACE, name: NAME} here or for all cases)'],
    ['a manifest that is not there', '{name: one, expect: refused, manifest: none.yaml}', 'none.yaml: cannot be read (there is no such file or folder)'],
  ])('ends with 2 where a case is written wrongly: it has %s', async (_, one, message) => {
    expect(await sallyport('test', folderOf(`- ${one}\n`))).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  test('ends with 2 for a folder without cases, and for a percentage that is none', async () => {
    const folder = temporaryFolder();
    expect(await sallyport('test', folder)).toMatchObject({ code: 2, stderr: `sallyport: ${folder}: there is no sallyport-test.yaml in it, and at least one is expected\n` });
    expect(await sallyport('test', '--min-coverage', '101', folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('Expected a whole number from 0 to 100.') });
  });

  test('finds the samples as they should be', async () => {
    expect(await sallyport('test', 'deploy/samples')).toMatchObject({ code: 0, stdout: expect.stringContaining('5 passed, 0 failed') });
  });
});
