import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createPlainServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintAuthority, mintServing } from '../../../../src/adapters/certificates/serving.ts';
import { makeFolder } from '../../../../src/apps/cli/run/folder.ts';
import { findEntry } from '../../../../src/apps/cli/run/namespace.ts';
import { sallyport } from '../../../fakes/command-line.ts';
import { sharedFolder } from '../../../fakes/temporary-folder.ts';

const MAIN = fileURLToPath(new URL('../../../../src/main.ts', import.meta.url));
const state = sharedFolder();
const policy = join(state, 'policy.yaml');
const upstreamCa = join(state, 'upstream-ca.crt');

const folder = await makeFolder();
const entry = findEntry(folder);
await folder.remove();
const hasBash = spawnSync('bash', ['-c', 'true']).status === 0;

const calls: string[] = [];
const keys: unknown[] = [];
const server = createServer((request, response) => {
  calls.push(`${request.method} ${request.url}`);
  keys.push(request.headers['x-key']);
  if (request.url === '/never') response.once('close', () => { calls.push('left'); });
  else response.end('from the tool');
});
let port = 0;

beforeAll(async () => {
  const authority = await mintAuthority({ commonName: 'Tools', now: Date.now(), lifetime: 3_600_000 });
  const identity = await mintServing({ authority, dnsNames: ['api.example.com'], ips: [], now: Date.now(), lifetime: 3_600_000 });
  server.setSecureContext({ cert: identity.cert, key: identity.key });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  writeFileSync(upstreamCa, authority.cert);
  writeFileSync(policy, `apiVersion: sallyport.dev/v1alpha1
kind: AgentPolicy
metadata: {name: triage, namespace: agents}
spec:
  tools:
  - name: api
    http: {hosts: [api.example.com], ports: [${port}], addresses: [127.0.0.0/8]}
    access: read-only
`);
});

afterAll(() => {
  server.close();
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly heard: (text: string) => Promise<void>;
  readonly stderr: () => string;
  readonly input: (line: string) => void;
  readonly pid: number;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ended>;
}

function start(options: readonly string[], program: readonly string[], env: NodeJS.ProcessEnv = process.env): Running {
  const args = ['run', '--policy', policy, '--journal', join(state, 'journal'), '--upstream-ca', upstreamCa, '--resolve', 'api.example.com:127.0.0.1', ...options, '--', ...program];
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => { stdout += String(chunk); });
  child.stderr.on('data', (chunk) => { stderr += String(chunk); });
  return {
    heard: async (text) => { await expect.poll(() => stdout, { timeout: 10_000 }).toContain(text); },
    stderr: () => stderr,
    input: (line) => { child.stdin.write(`${line}\n`); },
    pid: child.pid ?? 0,
    signal: (signal) => { child.kill(signal); },
    ended: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })),
  };
}

const run = async (options: readonly string[], program: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ended> => await start(options, program, env).ended;

/** A program that calls its arguments, `METHOD URL`, one after the other, and prints what it gets; it needs nothing but Node. */
const CALLER = `
for (const call of process.argv.slice(1)) {
  const [method, url] = call.split(' ');
  try {
    const response = await fetch(url, { method });
    const body = await response.text();
    console.log(response.status, response.headers.get('content-type') === 'application/problem+json' ? JSON.parse(body).reason : body);
  } catch (error) {
    console.log(error.cause?.code ?? error.message);
  }
}`;

const caller = (...calls: string[]): string[] => [process.execPath, '--input-type=module', '-e', CALLER, ...calls];

/** Without the variables that tell it of a proxy. */
const unaware = (...program: string[]): string[] => ['env', ...['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'NODE_USE_ENV_PROXY'].flatMap((name) => ['-u', name]), ...program];

describe.skipIf(!entry.found)(`a program in a network namespace of its own${entry.found ? '' : ` (skipped: ${entry.reason})`}`, () => {
  test('calls a tool through the proxy and is refused the rest, told of the proxy or not', async () => {
    const [ok, post, other] = [`GET https://api.example.com:${port}/v1/items`, `POST https://api.example.com:${port}/v1/items`, 'GET https://other.example/'];
    for (const program of [caller(ok, post, other), unaware(...caller(ok, post, other))]) {
      calls.length = 0;
      const { code, stdout, stderr } = await run(['--require-capture'], program);
      expect(stderr).toBe('');
      expect(stdout.trim().split('\n')).toEqual(['200 from the tool', '403 no-rule-matched', '403 host-not-listed']);
      expect(code).toBe(0);
      expect(calls).toEqual(['GET /v1/items']);
    }
  });

  test('holds a placeholder in place of a secret, which the proxy sets', async () => {
    mkdirSync(join(state, 'secrets', 'crm'), { recursive: true });
    writeFileSync(join(state, 'secrets', 'crm', 'token'), 'sk-0123456789abcdef');
    const credentialed = join(state, 'credentialed.yaml');
    writeFileSync(credentialed, readFileSync(policy, 'utf8').replace('access: read-only', 'access: read-only\n    credential: {secret: crm, header: X-Key, value: "{token}", env: API_TOKEN}'));
    keys.length = 0;
    const program = [process.execPath, '--input-type=module', '-e', 'console.log(process.env.API_TOKEN, (await fetch(process.argv[1], { headers: { "x-key": process.env.API_TOKEN } })).status)', `https://api.example.com:${port}/v1/items`];
    const { stdout, stderr, code } = await run(['--require-capture', '--secrets', join(state, 'secrets'), '--policy', credentialed], program, { ...process.env, API_TOKEN: 'the real one' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^sallyport-[0-9a-f]{12}-[0-9a-f]{32} 200\n$/);
    expect(keys).toEqual(['sk-0123456789abcdef']);
    expect(code).toBe(0);
  });

  test('starts an MCP server on standard input and output, whose own calls pass the same gate', async () => {
    const server = `
      for await (const line of (await import('node:readline')).createInterface({ input: process.stdin })) {
        const { id, params } = JSON.parse(line);
        const response = await fetch(params.arguments.url, { method: params.name });
        console.log(JSON.stringify({ jsonrpc: '2.0', id, result: { content: [{ type: 'text', text: String(response.status) }] } }));
      }`;
    const agent = `
      const child = (await import('node:child_process')).spawn(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(server)}], { stdio: ['pipe', 'pipe', 'inherit'] });
      for (const name of ['GET', 'POST']) child.stdin.write(JSON.stringify({ jsonrpc: '2.0', id: name, method: 'tools/call', params: { name, arguments: { url: process.argv[1] } } }) + '\\n');
      child.stdin.end();
      child.stdout.pipe(process.stdout);`;
    calls.length = 0;
    const { stdout, stderr } = await run(['--require-capture'], unaware(process.execPath, '--input-type=module', '-e', agent, `https://api.example.com:${port}/v1/items`));
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').map((line) => (JSON.parse(line) as { result: { content: { text: string }[] } }).result.content[0]?.text)).toEqual(['200', '403']);
    expect(calls).toEqual(['GET /v1/items']);
  });

  test('is seen to hang up on a call from in there, and the tool is left as well', async () => {
    const program = `fetch('https://api.example.com:${port}/never', { signal: AbortSignal.timeout(1_000) }).catch(({ name }) => { console.log(name); process.stdin.once('data', () => process.exit()); });`;
    const { heard, input, ended } = start(['--require-capture'], unaware(process.execPath, '-e', program));
    await heard('TimeoutError');
    expect(calls).toContain('GET /never');
    await expect.poll(() => calls, { timeout: 5_000 }).toContain('left');
    input('go');

    expect((await ended).code).toBe(0);
  });

  test('reaches no address, not even this machine\'s own', async () => {
    const { stdout } = await run([], unaware(...caller('GET http://192.0.2.1/', `GET https://127.0.0.1:${port + 1}/`, 'GET http://[2001:db8::1]/')));
    expect(stdout.trim().split('\n')).toEqual(['ENETUNREACH', 'ECONNREFUSED', 'ENETUNREACH']);
  });

  test('has no capabilities and no descriptors or variables of ours, and signals as they should be', async () => {
    const { stdout } = await run([], ['sh', '-c', 'grep -E "^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|SigIgn|SigBlk)" /proc/self/status; env; echo descriptors; ls /proc/$$/fd; true']);
    for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(stdout).toMatch(new RegExp(`^${name}:\\s+0+$`, 'm'));
    expect(stdout).toMatch(/^NoNewPrivs:\s+1$/m);
    const own = /^SigIgn:\s+(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    // Node itself ignores SIGPIPE (13) and SIGXFSZ (25); the program does not inherit that.
    expect(BigInt(`0x${/^SigIgn:\s+(\S+)$/m.exec(stdout)?.[1] ?? 'f'}`) & 0x1001000n).toBe(0n);
    expect(own).not.toBe('');
    expect(stdout).not.toContain('NODE_CHANNEL');
    expect(stdout.trimEnd().split('\n').slice(-4)).toEqual(['descriptors', '0', '1', '2']);
  });

  test.skipIf(!hasBash)(`has no connection that was open before, whatever number it has${hasBash ? '' : ' (skipped: needs bash, which opens one)'}`, async () => {
    const heard: string[] = [];
    const outside = createPlainServer((socket) => { socket.on('data', (data) => { heard.push(String(data)); }).on('error', () => undefined); });
    outside.listen(0, '127.0.0.1');
    await once(outside, 'listening');
    const numbers = [3, 9, 20, 50, 251];
    const opening = numbers.map((number) => `exec ${number}<>/dev/tcp/127.0.0.1/${(outside.address() as AddressInfo).port}; `).join('');
    const escaping = numbers.map((number) => `echo out >&${number} || echo none; `).join('');
    const args = ['run', '--require-capture', '--policy', policy, '--journal', join(state, 'inherited'), '--', 'bash', '-c', escaping];
    const child = spawn('bash', ['-c', `${opening}echo in >&251; exec "$@"`, 'bash', process.execPath, MAIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => { stdout += String(chunk); });
    await once(child, 'close');
    outside.close();
    expect(stdout).toBe('none\n'.repeat(numbers.length));
    expect(heard).toEqual(['in\n']);
  });

  test('is told, and the record too, when a reload lists a port that was not captured at the start', async () => {
    const [own, journal] = [join(state, 'growing.yaml'), join(state, 'growing')];
    writeFileSync(own, readFileSync(policy));
    const running = start(['--policy', own, '--journal', journal], ['sh', '-c', 'echo ready; read -r _; true']);
    await running.heard('ready');
    writeFileSync(own, readFileSync(policy, 'utf8').replace(`ports: [${port}]`, `ports: [${port}, 8443]`));
    const sentence = 'Port 8443 of tool api is reachable through the proxy variables only: the program has to be started again to have it captured.';
    await expect.poll(running.stderr, { timeout: 10_000 }).toBe(`sallyport: warning: ${sentence}\n`);
    running.input('done');
    expect(await running.ended).toMatchObject({ code: 0 });
    expect((await sallyport('log', 'tail', '--output', 'json', journal)).stdout).toMatch(new RegExp(`"event":"port-not-captured".*"sentence":"${sentence}"`));
  });

  test('asks only our DNS, and sees no sockets that others answer at', async () => {
    const { stdout } = await run([], ['sh', '-c', 'cat /etc/resolv.conf; grep hosts: /etc/nsswitch.conf; ls -A /run/dbus /run/user 2>/dev/null | grep -v :']);
    expect(stdout.trim().split('\n').filter((line) => line !== '')).toEqual(['nameserver 127.0.0.1', 'hosts: files dns']);
  });
});

describe('a program without a network namespace', () => {
  /** There is no `unshare` here, nor any other program but those that are named. */
  const bare = { ...process.env, PATH: state };

  test('runs with a warning that nothing is enforced, and is told where the proxy is', async () => {
    const { code, stdout, stderr } = await run([], caller(`GET https://api.example.com:${port}/v1/items`, 'GET https://other.example/'), bare);
    expect(stderr).toContain('sallyport: warning: this is NOT enforcement.');
    expect(stdout.trim().split('\n')).toEqual(['200 from the tool', expect.stringMatching(/403/)]);
    expect(code).toBe(0);
  });

  test('does not run where capture is required', async () => {
    const { code, stdout, stderr } = await run(['--require-capture'], [process.execPath, '-e', 'console.log("ran")'], bare);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('sallyport: no network namespace can be had for the program: ');
  });
});

describe('a program behind the gate', () => {
  test.each([
    ['its exit code', ['sh', '-c', 'exit 7'], 7],
    ['128 and the signal that ended it', ['sh', '-c', 'kill -KILL $$'], 137],
  ])('passes on %s', async (_, program, code) => {
    expect(await run([], program)).toMatchObject({ code });
  });

  test.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGCONT', 'SIGWINCH'] as const)('is sent %s when we are', async (signal) => {
    const running = start([], ['sh', '-c', `trap 'echo got it; exit 3' ${signal.slice(3)}; echo ready; while :; do sleep 0.05; done`]);
    await running.heard('ready');
    running.signal(signal);
    expect(await running.ended).toMatchObject({ code: 3, stdout: 'ready\ngot it\n' });
  });

  test('is stopped by SIGTSTP, and we with it, until SIGCONT', async () => {
    const running = start([], ['sh', '-c', "trap 'echo stopped' TSTP; trap 'echo continued; exit 3' CONT; echo ready; while :; do sleep 0.05; done"]);
    await running.heard('ready');
    running.signal('SIGTSTP');
    await running.heard('stopped');
    await expect.poll(() => /^State:\s+(.)/m.exec(readFileSync(`/proc/${running.pid}/status`, 'utf8'))?.[1], { timeout: 10_000 }).toBe('T');
    running.signal('SIGCONT');
    expect(await running.ended).toMatchObject({ code: 3, stdout: 'ready\nstopped\ncontinued\n' });
  });

  test.each([
    ['does not exist', 'no-such-program', 127, 'no-such-program: no such program is in any folder of PATH'],
    ['does not exist at its path', './no/such', 127, './no/such: there is no such file'],
    ['may not be executed', join(state, 'policy.yaml'), 126, `${join(state, 'policy.yaml')}: cannot be executed (permission denied)`],
    ['is a folder', state, 126, `${state}: cannot be executed (it is no file)`],
    ['has no name', '', 127, '(an empty name): no such program is in any folder of PATH'],
  ])('that %s ends as in a shell', async (_, program, code, sentence) => {
    expect(await sallyport('run', '--policy', policy, '--', program)).toEqual({ code, stdout: '', stderr: `sallyport: ${sentence}\n` });
  });

  test('is not begun where no record can be kept, and then everything ends', async () => {
    const { code, stdout, stderr } = await run(['--journal', '/proc/nowhere'], ['echo', 'ran']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('sallyport: making /proc/nowhere failed');
  });

  test('leaves nothing behind but its record', async () => {
    const { stdout } = await run([], ['sh', '-c', 'echo $SSL_CERT_FILE; test -s $SSL_CERT_FILE && echo there']);
    const [caFile = '', there] = stdout.trim().split('\n');
    expect(there).toBe('there');
    expect(() => readFileSync(caFile)).toThrow('ENOENT');
  });
});

describe('run', () => {
  test.each([
    ['no policy', ['run', '--', 'true'], 2, '--policy'],
    ['no program', ['run', '--policy', policy], 2, 'command'],
    ['an agent that is none', ['run', '--policy', policy, '--agent', 'triage', '--', 'true'], 2, 'Expected NAMESPACE/NAME'],
    ['a fixed name that is none', ['run', '--policy', policy, '--resolve', 'a', '--', 'true'], 2, 'Expected HOST:ADDRESS'],
    ['a policy that cannot be read', ['run', '--policy', join(state, 'none.yaml'), '--', 'true'], 2, 'none.yaml: cannot be read (there is no such file or folder)'],
  ])('refuses %s', async (_, args, code, message) => {
    expect(await sallyport(...args)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });
});
