import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type AgentLine, differences, EXPECTED_CALLS } from '../../../../src/apps/cli/up/expected.ts';
import { whereabouts } from '../../../../src/apps/cli/up/whereabouts.ts';
import { sallyport } from '../../../fakes/command-line.ts';
import { temporaryFolder } from '../../../fakes/temporary-folder.ts';
import { ROOT } from '../../../repository/imports.ts';

const expected: AgentLine[] = EXPECTED_CALLS.map((call) => ({ method: 'GET', url: 'https://tracker.example.com/', ...call }));

test('a tour in which everything is as expected has no differences', () => {
  expect(differences(expected)).toEqual([]);
});

test.each([
  ['a call that should have been refused and was not', expected.map((line) => ({ ...line, status: 200 })), 'should have ended with 403'],
  ['a refusal for another reason', expected.map((line) => ({ ...line, reason: 'request-malformed' })), 'held-by-rule'],
  ['a call that was not made', expected.slice(1), '"read an issue" should have ended with 200'],
  ['a call too many', [...expected, { ...expected[0]!, what: 'something else' }], 'more calls'],
])('%s is told', (_, lines, words) => {
  expect(differences(lines).join('\n')).toContain(words);
});

test('up --once shows both gates and the record, ends with 0 and leaves nothing behind', async () => {
  const state = temporaryFolder();
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, 'src/main.ts'), 'up', '--once'], { env: { ...process.env, TMPDIR: state } });
  for (const words of ['refused   deploy/samples/pod-bare.yaml', 'admitted  deploy/samples/pod-agent.yaml', 'host-not-listed', 'log verify: intact']) expect(stdout).toContain(words);
  expect(stdout).toContain('Everything was as it should be.');
  expect(stdout).toContain('the record is deleted; --state <dir> keeps it.');
  expect(readdirSync(state)).toEqual([]);
});

test('up names the place and the fix where it is asked to listen beyond the loopback', async () => {
  expect(await sallyport('up', '--once', '--listen', '0.0.0.0:15001')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Expected an address of the loopback') });
});

test('up --output json prints one document and nothing else', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(ROOT, 'src/main.ts'), 'up', '--once', '--output', 'json'], { env: { ...process.env, TMPDIR: temporaryFolder() } });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({
    wrong: [],
    reviews: [{ name: 'bare', allowed: false }, { allowed: true, injected: expect.arrayContaining(['sallyport-proxy']) }],
    calls: EXPECTED_CALLS.map(({ what, status }) => ({ what, status })),
    record: { verdict: 'intact', calls: EXPECTED_CALLS.length },
  });
  expect(await sallyport('up', '--output', 'json')).toEqual({ code: 2, stdout: '', stderr: 'sallyport: --output json needs --once: it is printed at the end, and without --once there is none\n' });
});

test('what to type next is npm in a checkout, and the installed program with paths of its package elsewhere', () => {
  expect(whereabouts().program).toBe('npm run -s sallyport --');
  expect(whereabouts(true).sample('pod-bare.yaml')).toBe('deploy/samples/pod-bare.yaml');
  expect(whereabouts(false).program).toBe('sallyport');
  expect(whereabouts(false).sample('pod-bare.yaml')).toBe(join(ROOT, 'deploy/samples/pod-bare.yaml'));
});
