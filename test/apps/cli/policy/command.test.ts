import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sallyport } from '../../../fakes/command-line.ts';
import { sharedFolder } from '../../../fakes/temporary-folder.ts';

const folder = sharedFolder();
const at = (name: string): string => join(folder, name);

const POLICY = `apiVersion: sallyport.dev/v1alpha1
kind: AgentPolicy
metadata: {name: triage, namespace: agents}
spec:
  agents: {matchLabels: {app: triage}}
  tools:
  - name: api
    http: {hosts: [api.example.com]}
    access: read-only
    rules:
    - {name: merge, hold: {methods: [PUT]}, reason: a person merges}
`;

writeFileSync(at('good.yaml'), POLICY);
writeFileSync(at('observe.yaml'), POLICY.replace('  tools:', '  mode: observe\n  tools:').replace('name: triage', 'name: observing'));
writeFileSync(at('elsewhere.yaml'), POLICY.replace('namespace: agents', 'namespace: elsewhere'));
writeFileSync(at('bad.yaml'), POLICY.replace('access: read-only', 'acces: read-only').replace('[PUT]', '[put]'));
writeFileSync(at('notes.txt'), 'no policy');

const policy = (...args: string[]) => sallyport('policy', ...args);

describe('policy lint', () => {
  test('says that nothing is wrong, and ends with 0', async () => {
    expect(await policy('lint', at('good.yaml'))).toEqual({ code: 0, stdout: '1 file: 1 good policy, 0 good profiles, 0 good exemptions, no problems\n', stderr: '' });
  });

  test('prints all problems of a folder, and ends with 1', async () => {
    const { code, stdout } = await policy('lint', folder);
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      `${at('bad.yaml')}:9:5: spec.tools[0].acces: unknown key "acces", which this version cannot enforce (expected one of name, http, llm, mcp, grpc, tcp, access, rules, ...; did you mean access?)`,
      `${at('bad.yaml')}:11:38: spec.tools[0].rules[0].hold.methods[0]: is "put" (expected one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE, QUERY, ...; did you mean PUT?)`,
      '4 files: 3 good policies, 0 good profiles, 0 good exemptions, 2 problems',
      '',
    ]);
  });

  test('prints the same as JSON', async () => {
    const { code, stdout } = await policy('lint', '--output', 'json', at('bad.yaml'));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ files: [at('bad.yaml')], policies: 0, problems: [{ line: 9, column: 5, nearest: 'access' }, { line: 11, nearest: 'PUT' }] });
  });

  test('ends with 2 where there is nothing to read', async () => {
    expect(await policy('lint', at('missing.yaml'))).toEqual({ code: 2, stdout: '', stderr: `sallyport: ${at('missing.yaml')}: cannot be read (there is no such file or folder)\n` });
  });
});

describe('policy explain', () => {
  const explain = (...args: string[]) => policy('explain', '--policy', at('good.yaml'), '--agent', 'agents/triage', '--labels', 'app=triage', ...args);

  test('tells what was looked at and what came of it', async () => {
    const { code, stdout } = await explain('PUT', 'https://api.example.com/a');
    expect(code).toBe(1);
    expect(stdout).toBe(`PUT https://api.example.com/a by agents/triage

  + Policy agents/triage selects agent agents/triage.
  + Tool api lists api.example.com and port 443.
  = Rule merge (hold) matches: a person merges.

HOLD (held-by-rule): PUT https://api.example.com/a has to be decided by a person, says rule merge of tool api in agents/triage: a person merges.
Only a change of that rule by whoever keeps agents/triage would let it pass.
`);
  });

  test.each([
    ['a permit', ['GET', 'https://api.example.com/a?b=c'], 0, 'permit', 'allowed-by-access'],
    ['the default port spelt out', ['GET', 'HTTPS://API.example.com:443'], 0, 'permit', 'allowed-by-access'],
    ['a denial', ['POST', 'https://api.example.com/a'], 1, 'deny', 'no-rule-matched'],
    ['another scheme', ['GET', 'http://api.example.com:443/a'], 1, 'deny', 'scheme-not-listed'],
    ['a path that a URL parser would tidy up', ['GET', 'https://api.example.com/a/../b'], 1, 'deny', 'path-ambiguous'],
    ['a host that a URL parser would convert', ['GET', 'https://0x7f.1/'], 1, 'deny', 'host-malformed'],
    ['user information', ['GET', 'https://api.example.com@evil.example/'], 1, 'deny', 'host-malformed'],
    ['a scheme that is none of ours', ['GET', 'ftp://api.example.com/'], 1, 'deny', 'request-malformed'],
  ])('has for %s the verdict as JSON and as exit code', async (_, args, code, verdict, reason) => {
    const answer = await explain('--output', 'json', ...args);
    expect(answer.code).toBe(code);
    expect(JSON.parse(answer.stdout)).toMatchObject({ agent: { namespace: 'agents', agent: 'triage', labels: { app: 'triage' } }, verdict, reason, digest: expect.stringMatching(/^sha256:/) });
  });

  test.each([
    ['without labels as proxy and run do, and says so', [], 'permit', ['No labels were given, so matchLabels is not consulted and every policy applies.']],
    ['by the labels that are given', ['--labels', 'app=other,tier=1'], 'deny', []],
    ['by labels that are said to be none', ['--labels', ''], 'deny', []],
    ['for another namespace only its own policies', ['--agent', 'elsewhere/x', '--labels', 'app=triage'], 'deny', ['agents/triage is of another namespace and does not apply.']],
    ['without an agent those of every namespace', ['--policy', at('elsewhere.yaml'), '--labels', 'app=triage'], 'permit', []],
  ])('selects %s', async (_, args, verdict, notes) => {
    const { stdout } = await policy('explain', '--policy', at('good.yaml'), '--output', 'json', ...args, 'GET', 'https://api.example.com/a');
    expect(JSON.parse(stdout)).toMatchObject({ verdict, notes });
  });

  test('prints what is not obeyed in a line of its own', async () => {
    const { stdout } = await policy('explain', '--policy', at('good.yaml'), 'GET', 'https://api.example.com/a');
    expect(stdout.split('\n').slice(0, 3)).toEqual(['GET https://api.example.com/a by agents/local', 'No labels were given, so matchLabels is not consulted and every policy applies.', '']);
  });

  test('says what enforcing would have done', async () => {
    const { code, stdout } = await policy('explain', '--policy', at('observe.yaml'), '--labels', 'app=triage', 'PUT', 'https://api.example.com/a');
    expect(code).toBe(0);
    expect(stdout).toContain('PERMIT (observed)');
    expect(stdout).toContain('Enforced it would be: hold (held-by-rule)');
  });

  test.each([
    ['a bad policy', ['--policy', at('bad.yaml'), 'GET', 'https://a.example/'], 'unknown key "acces"'],
    ['no policy', ['GET', 'https://a.example/'], "required option '--policy <file|dir>' not specified"],
    ['an agent without a namespace', ['--policy', at('good.yaml'), '--agent', 'triage', 'GET', 'https://a.example/'], 'Expected NAMESPACE/NAME'],
    ['a label without a value', ['--policy', at('good.yaml'), '--labels', 'app', 'GET', 'https://a.example/'], 'Expected KEY=VALUE'],
    ['a method that is none', ['--policy', at('good.yaml'), 'G T', 'https://a.example/'], 'Expected a method, such as GET.'],
    ['what is no URL', ['--policy', at('good.yaml'), 'GET', 'tracker'], 'Expected a URL, such as https://api.example.com/v1/items.'],
  ])('ends with 2 on %s', async (_, args, said) => {
    const { code, stdout, stderr } = await policy('explain', ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });
});

function cases(text: string): string {
  writeFileSync(at('cases.test'), `policies: [good.yaml]\nagent: {namespace: agents, name: triage, labels: {app: triage}}\ncases:\n${text}`);
  return at('cases.test');
}

describe('policy test', () => {
  test('reports each case, and ends with 0 where all are as expected', async () => {
    const file = cases(`
- {name: reads, call: GET https://api.example.com/a, expect: permit, reason: allowed-by-access, rule: access}
- {name: another agent, agent: {namespace: agents, name: other, labels: {app: other}}, call: GET https://api.example.com/a, expect: deny, reason: policy-missing}
`);
    expect(await policy('test', file)).toEqual({
      code: 0,
      stdout: 'ok    reads  GET https://api.example.com/a -> permit (allowed-by-access)\nok    another agent  GET https://api.example.com/a -> deny (policy-missing)\n\n2 passed, 0 failed\n',
      stderr: '',
    });
  });

  test('asks no matchLabels of an agent without labels, and says of how many', async () => {
    const { code, stdout } = await policy('test', cases('- {name: reads, agent: {namespace: agents, name: a}, call: GET https://api.example.com/a, expect: permit}\n- {name: has none, agent: {namespace: agents, name: a, labels: {}}, call: GET https://api.example.com/a, expect: deny, reason: policy-missing}\n'));
    expect(code).toBe(0);
    expect(stdout).toContain('\n\n1 of 2 cases give no labels: matchLabels is not consulted for them, and every policy applies.\n\n2 passed, 0 failed\n');
  });

  test('says what was expected and what came instead, and ends with 1', async () => {
    const { code, stdout } = await policy('test', cases('- {name: merges, call: PUT https://api.example.com/a, expect: deny, rule: never, wouldBe: deny}\n'));
    expect(code).toBe(1);
    expect(stdout).toContain('FAIL  merges');
    expect(stdout).toContain('verdict: expected deny, got hold\n        rule: expected never, got merge\n        wouldBe: expected deny, got none\n');
    expect(stdout).toContain('0 passed, 1 failed');
  });

  test('prints the same as JSON', async () => {
    const { stdout } = await policy('test', '--output', 'json', cases('- {name: merges, call: PUT https://api.example.com/a, expect: hold}\n'));
    expect(JSON.parse(stdout)).toMatchObject({ passed: 1, failed: 0, cases: [{ name: 'merges', ok: true, differences: [], got: { verdict: 'hold', reason: 'held-by-rule', rule: { rule: 'merge' } } }] });
  });

  test('ends with 2 and positions where the cases are written wrongly', async () => {
    const { code, stderr } = await policy('test', cases('- {name: a, call: GET, expects: permit}\n- {name: b, call: GET https://a.example/, expect: allow, reason: host-not-list}\n'));
    expect(code).toBe(2);
    expect(stderr.split('\n').map((line) => line.replace(at('cases.test'), 'FILE'))).toEqual([
      'sallyport: FILE:4:19: cases[0].call: is "GET" (expected METHOD URL)',
      'sallyport: FILE:4:24: cases[0].expects: unknown key "expects" (expected one of name, expect, call, agent, reason, rule, wouldBe, manifest, ...; did you mean expect?)',
      'sallyport: FILE:5:51: cases[1].expect: is "allow" (expected one of permit, deny, hold, admitted, refused)',
      expect.stringMatching(/^sallyport: FILE:5:66: cases\[1\]\.reason: is "host-not-list" \(expected one of .*; did you mean host-not-listed\?\)$/),
      '',
    ]);
  });

  test('ends with 2 where a policy is bad', async () => {
    writeFileSync(at('cases.test'), 'policies: [bad.yaml]\nagent: {namespace: a, name: b}\ncases: []\n');
    expect(await policy('test', at('cases.test'))).toMatchObject({ code: 2, stderr: expect.stringContaining('bad.yaml:9:5') });
  });
});

describe('the help', () => {
  test.each([['lint'], ['explain'], ['test']])('of policy %s has examples and exit codes', async (name) => {
    const { code, stdout } = await policy(name, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain('Examples:\n');
    expect(stdout).toContain('Exit codes: 0');
  });
});
