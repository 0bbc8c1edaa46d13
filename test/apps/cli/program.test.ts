import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sallyport } from '../../fakes/command-line.ts';

describe('help', () => {
  test.each([
    [['help', 'run'], ['run', '--help']],
    [['help', 'policy', 'explain'], ['policy', 'explain', '--help']],
    [['help'], ['--help']],
    [['help', 'help'], ['--help']],
  ])('%j prints what %j prints, options and examples too', async (asked, spelt) => {
    const { code, stdout, stderr } = await sallyport(...asked);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe((await sallyport(...spelt)).stdout);
    expect(stdout).toContain('\nOptions:\n');
    expect(stdout).toContain('\nExamples:\n');
  });

  test.each([[['help', 'polcy']], [['polcy', '--help']], [['help', 'policy', 'explan']], [['polcy']]])('%j knows no such word, and names the nearest', async (words) => {
    const { code, stdout, stderr } = await sallyport(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^sallyport: unknown command '(polcy|explan)'\n\(Did you mean (policy|explain)\?\)\n$/);
  });
});

describe('a word that is spelt wrongly', () => {
  test.each([
    [['contoller'], "unknown command 'contoller'", 'controller'],
    [['policy', 'lnt', 'a.yaml'], "unknown command 'lnt'", 'lint'],
    [['policy', 'lint', '--outptu', 'json'], "unknown option '--outptu'", '--output'],
    [['check', '--profil', 'isolated', 'a.yaml'], "unknown option '--profil'", '--profile'],
    [['--verison'], "unknown option '--verison'", '--version'],
  ])('%j ends with 2 and names the nearest', async (words, sentence, nearest) => {
    expect(await sallyport(...words)).toEqual({ code: 2, stdout: '', stderr: `sallyport: ${sentence}\n(Did you mean ${nearest}?)\n` });
  });

  test('and is like no other ends with 2 as well', async () => {
    expect(await sallyport('xyzzy')).toEqual({ code: 2, stdout: '', stderr: "sallyport: unknown command 'xyzzy'\n" });
  });
});

test.each([[[]], [['policy']], [['log']]])('%j names nothing to do: help on stderr, and 2', async (words) => {
  const { code, stdout, stderr } = await sallyport(...words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`Usage: ${['sallyport', ...words].join(' ')} [options] [command]`);
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string };
  expect(await sallyport('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe('bad usage and input that cannot be read end with 2, and one line that names the place and the fix', () => {
  const policy = ['--policy', 'deploy/samples/policy.yaml'];
  const folder = '/nowhere/journal';
  test.each([
    [['proxy', '--policy', '/nowhere'], '/nowhere: cannot be read (there is no such file or folder)'],
    [['proxy', ...policy, '--upstream-ca', '/nowhere'], '--upstream-ca: /nowhere: cannot be read (there is no such file or folder)'],
    [['proxy', ...policy, '--log-level', 'loud'], "option '--log-level <level>' argument 'loud' is invalid. Allowed choices are fatal, error, warn, info, debug, trace, silent."],
    [['proxy'], 'expected either --policy <file> or --controller <url>, got neither'],
    [['proxy', ...policy, '--controller', 'https://controller.example'], 'expected either --policy <file> or --controller <url>, got both'],
    [['proxy', '--controller', 'https://controller.example'], '--controller needs --controller-ca, --link-key and --token-file'],
    [['run', ...policy, '--upstream-ca', '/nowhere', '--', 'true'], '--upstream-ca: /nowhere: cannot be read (there is no such file or folder)'],
    [['run', ...policy, '--log-level', 'loud', '--', 'true'], "option '--log-level <level>' argument 'loud' is invalid. Allowed choices are fatal, error, warn, info, debug, trace, silent."],
    [['run', ...policy, '--upstream-ca', 'LICENSE', '--', 'true'], '--upstream-ca: LICENSE: expected PEM certificates, got something else or a broken one'],
    [['run', '--policy', '/nowhere', '--', 'true'], '/nowhere: cannot be read (there is no such file or folder)'],
    [['webhook', '--cert-dir', '/nowhere', '--profile', 'nope'], '--profile: expected one of isolated, contained, or a file; got "nope"'],
    [['webhook', '--cert-dir', '/nowhere', '--profile', './nope.yaml'], '--profile: ./nope.yaml: cannot be read (there is no such file or folder)'],
    [['webhook', '--cert-dir', '/nowhere', '--resolver', 'dns'], '--resolver: expected an IP address, got "dns"'],
    [['webhook'], 'this process runs in no cluster; expected --cert-dir <dir> to do without one, or --kubeconfig <file> to name one'],
    [['controller', '--kubeconfig', '/nowhere'], '--kubeconfig: /nowhere: cannot be read (there is no such file or folder)'],
    [['controller', '--kubeconfig', 'deploy/samples/policy.yaml'], '--kubeconfig: deploy/samples/policy.yaml: expected a kubeconfig whose current context names a cluster, got context none'],
    [['controller'], 'this process runs in no cluster; name one with --kubeconfig <file>'],
    [['check', '/nowhere'], '/nowhere: cannot be read (there is no such file or folder)'],
    [['inject', 'LICENSE', '--controller-ca', '/nowhere'], '--controller-ca: /nowhere: cannot be read (there is no such file or folder)'],
    [['log', 'verify', folder], `reading ${folder} failed (ENOENT): check that it exists and may be used`],
    [['install'], 'expected --print; nothing is applied from here: sallyport install --print | kubectl apply -f -'],
  ])('%j', async (args, sentence) => {
    expect(await sallyport(...args, ...(args[0] === 'proxy' ? ['--journal', folder] : []))).toEqual({ code: 2, stdout: '', stderr: `sallyport: ${sentence}\n` });
  });

  test('so do policy files that are refused at the start of a server, with all their problems', async () => {
    const { code, stderr } = await sallyport('proxy', '--policy', 'test/golden/policies/several-mistakes.yaml', '--journal', folder);
    expect(code).toBe(2);
    expect(stderr.trim().split('\n').length).toBeGreaterThan(3);
    expect(stderr.trim().split('\n').filter((line) => !/^sallyport: test\/golden\/policies\/several-mistakes\.yaml:\d+:\d+: /.test(line))).toEqual([]);
  });
});

test.each([['--help'], ['policy explain --help'], ['check test/golden/pods/workloads.yaml']])('a reader that stops early is no fault: %s | true', (words) => {
  const { status, stderr } = spawnSync('sh', ['-c', `{ "$0" src/main.ts ${words}; echo "ended with $?" >&2; } | true`, process.execPath], { encoding: 'utf8', timeout: 20_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^(sallyport: namespace agents is not in the input: .*\n)?ended with [01]\n$/) });
});

test.skipIf(process.platform !== 'linux')('output that cannot be written is told in a line', () => {
  const { status, stderr } = spawnSync('sh', ['-c', '"$0" src/main.ts --help > /dev/full', process.execPath], { encoding: 'utf8', timeout: 20_000 });
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'sallyport: standard output cannot be written: ENOSPC: no space left on device, write\n' });
});
