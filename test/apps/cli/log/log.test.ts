import { createPublicKey, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { generateEvidenceKey, readEvidencePair } from '../../../../src/adapters/journal/evidence-pair.ts';
import { openJournal } from '../../../../src/adapters/journal/journal.ts';
import type { Journal } from '../../../../src/adapters/journal/journal.ts';
import { generateLinkKey } from '../../../../src/adapters/link/key.ts';
import { logCommand } from '../../../../src/apps/cli/log/command.ts';
import { Columns, painter } from '../../../../src/apps/cli/log/columns.ts';
import { showCall } from '../../../../src/apps/cli/log/show.ts';
import { tailLog } from '../../../../src/apps/cli/log/tail.ts';
import { verifyJournal } from '../../../../src/apps/cli/log/verify.ts';
import type { HostName } from '../../../../src/core/terms/authority.ts';
import { sallyport } from '../../../fakes/command-line.ts';
import { sharedFolder, temporaryFolder } from '../../../fakes/temporary-folder.ts';
import { intentOf, noticeOf, outcomeOf } from '../../../core/evidence/drafts.ts';

const CALLS = {
  allowed: '019a0000-0000-7000-8000-0000000000a1',
  denied: '019a0000-0000-7000-8000-0000000000d1',
  held: '019a0000-0000-7000-8000-0000000000e1',
  observed: '019a0000-0000-7000-8000-0000000000b1',
  failed: '019a0000-0000-7000-8000-0000000000f1',
  running: '019a0000-0000-7000-8000-000000000011',
};

const directory = sharedFolder();

beforeAll(async () => {
  let now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  const journal = await openJournal({ directory, now: () => (now += 250), randomBytes });
  await fill(journal);
  await journal.close();
});

async function fill(journal: Journal): Promise<void> {
  const append = (...drafts: Parameters<Journal['append']>[0][]): Promise<unknown> => Promise.all(drafts.map((draft) => journal.append(draft, 'written')));
  await append({ ...noticeOf('proxy-started'), sentence: 'the proxy listens on 127.0.0.1:15001' });
  const response = journal.payload({ payload: 'full', limit: 4096, redact: ['$.token'] }, CALLS.allowed, 'response', 'application/json');
  response.write(Buffer.from('{"title":"a \\u001b[31mred\\u001b[0m one","token":"hunter2"}'));
  await append(
    intentOf(CALLS.allowed, { path: '/repos/example/app/issues', query: 'state=open&access_token=x' }),
    outcomeOf(CALLS.allowed, {
      timing: { dns: 0.4, connect: 1.1, tls: 3.25, firstByte: 11.5, total: 12.5 }, request: { bytes: 0, captured: 0, truncated: false }, response: await response.end(),
    }),
    intentOf(CALLS.denied, {
      decision: 'deny', reason: 'host-not-listed', sentence: 'no tool lists the host exfil.example', authority: { scheme: 'https', host: 'exfil.example' as HostName, port: 8443 }, method: 'POST', path: '/',
    }),
    intentOf(CALLS.held, { decision: 'hold', reason: 'held-by-rule', rule: { policy: 'agents/triage', tool: 'api', rule: 'merge' }, method: 'PUT', path: `/repos/example/app/pulls/${'1'.repeat(60)}/merge` }),
    intentOf(CALLS.observed, { reason: 'observed', wouldBe: { kind: 'deny', reason: 'no-rule-matched', sentence: 'no rule of tool api matched' } }),
    outcomeOf(CALLS.observed, { status: 204 }),
    intentOf(CALLS.failed, { agent: { namespace: 'agents', agent: 'a-rather-long-agent-name', pod: 'a-rather-long-agent-name-x7', serviceAccount: 'agents' } }),
    { kind: 'outcome', call: CALLS.failed, result: 'failed', reason: 'upstream-timeout', sentence: 'api.example.com did not answer within 30 s', timing: { total: 30_000 } },
    intentOf(CALLS.running),
  );
}

/** A stream that remembers; a terminal if asked. */
function output(isTTY = false): { stream: NodeJS.WriteStream; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = Object.assign(new PassThrough(), { isTTY, getColorDepth: () => 8 });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => Buffer.concat(chunks).toString() };
}

function golden(name: string, actual: string): void {
  const file = new URL(`../../../golden/log/${name}.txt`, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  expect(actual).toBe(readFileSync(file, 'utf8'));
}

async function tailed(change: Partial<Parameters<typeof tailLog>[0]> = {}): Promise<string> {
  const { stream, text } = output();
  await tailLog({ directory, count: 20, follow: false, output: 'text', stdout: stream, signal: AbortSignal.abort(), ...change });
  return text();
}

async function shown(call: string, change: Partial<Parameters<typeof showCall>[0]> = {}): Promise<string> {
  const { stream, text } = output();
  await showCall({ directory, call, body: false, output: 'text', stdout: stream, ...change });
  return text();
}

/** What differs from run to run. */
function settled(text: string): string {
  return text.replace(/sha256:[0-9a-f]{64}/g, (digest) => (/^sha256:a+$/.test(digest) ? digest : 'sha256:…'));
}

describe('log tail', () => {
  test('lists calls in aligned columns', async () => {
    golden('tail', await tailed());
  });

  test('begins with as many as asked for', async () => {
    expect((await tailed({ count: 2 })).trimEnd().split('\n')).toHaveLength(4);
    expect((await tailed({ count: 0 })).trimEnd().split('\n')).toHaveLength(1);
  });

  test('names the day above its first row, and the next one when it comes', async () => {
    const folder = temporaryFolder();
    let now = Date.UTC(2026, 0, 2, 23, 59);
    const journal = await openJournal({ directory: folder, now: () => now, randomBytes });
    for (const call of ['one', 'two', 'three']) {
      await journal.append(intentOf(call, { decision: 'deny', reason: 'host-not-listed' }), 'written');
      if (call === 'two') now += 86_400_000;
    }
    await journal.close();
    expect((await tailed({ directory: folder })).trimEnd().split('\n').slice(1).map((line) => line.slice(0, 10).trim())).toEqual(['2026-01-02', '23:59:00.0', '23:59:00.0', '2026-01-03', '23:59:00.0']);
  });

  test('prints the records themselves as JSON lines', async () => {
    const records = (await tailed({ output: 'json', count: 3 })).trimEnd().split('\n').map((line) => JSON.parse(line) as { kind: string });
    expect(records.map(({ kind }) => kind)).toEqual(['outcome', 'intent', 'end']);
  });

  test('follows what is written, each call as it ends', async () => {
    const folder = temporaryFolder();
    const journal = await openJournal({ directory: folder, now: Date.now, randomBytes });
    await journal.append(intentOf('call-one'), 'written');
    const stop = new AbortController();
    const { stream, text } = output();
    const following = tailLog({ directory: folder, count: 5, follow: true, output: 'text', stdout: stream, signal: stop.signal });
    await journal.append(intentOf('call-two', { decision: 'deny', reason: 'host-not-listed' }), 'written');
    await journal.append(outcomeOf('call-one'), 'written');
    while (text().split('\n').length < 5) await new Promise((resolve) => { setTimeout(resolve, 20); });
    stop.abort();
    await following;
    await journal.close();
    expect(text().split('\n').slice(2, 4).map((line) => line.split(/ +/)[1])).toEqual(['deny', 'permit']);
  });

  test('is coloured on a terminal and says the same', () => {
    const row = { day: '2026-01-02', time: '03:04:05.678Z', verdict: 'deny', agent: 'a/b', target: 'GET x.example/', status: '-', milliseconds: '-', reason: 'no', call: '12345678' } as const;
    const coloured = new Columns(painter(output(true).stream)).line(row);
    const plain = new Columns(painter(output().stream)).line(row);
    expect(plain).toBe(stripVTControlCharacters(coloured));
    expect(coloured).not.toBe(plain);
  });

  test('a forged record cannot write to the terminal', async () => {
    const folder = temporaryFolder();
    appendFileSync(join(folder, 'epoch-00000001.jsonl'), '{"epoch":1,"event":"a","kind":"notice","prev":"' + '0'.repeat(64) + '","sentence":"\u009b2J\u202e","seq":0,"time":"\u009b1m","v":1}\n');
    const text = await tailed({ directory: folder });
    expect(text).toContain('a: \\u{9b}2J\\u{202e}');
    expect(text).not.toMatch(/[\u009b\u202e]/);
  });

  test('nor as JSON, which means the same', async () => {
    const controls = '\u007f\u0080\u009b\u009f\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff';
    const folder = temporaryFolder();
    const prev = '0'.repeat(64);
    appendFileSync(join(folder, 'epoch-00000001.jsonl'), [
      `{"epoch":1,"event":"a","kind":"notice","prev":"${prev}","sentence":"${controls}","seq":0,"time":"t","v":1}`,
      `{"call":"c1","epoch":1,"kind":"outcome","prev":"${prev}","result":"failed","sentence":"${controls}","seq":1,"time":"t","timing":{"total":1},"v":1}`,
      '',
    ].join('\n'));
    const [tail, show] = [await tailed({ directory: folder, output: 'json' }), await shown('c1', { directory: folder, output: 'json' })];
    expect(`${tail}${show}`).not.toMatch(/[^\n -~]/);
    expect(tail.trimEnd().split('\n').map((line) => JSON.parse(line) as object)).toMatchObject([{ sentence: controls }, { sentence: controls }]);
    expect(JSON.parse(show)).toMatchObject({ outcome: { sentence: controls } });
  });
});

describe('log show', () => {
  test.each(Object.entries(CALLS))('shows the %s call whole', async (name, call) => {
    golden(`show-${name}`, settled(await shown(call)));
  });

  test('takes the end of an id, as tail prints it', async () => {
    expect(await shown('000000d1')).toContain(CALLS.denied);
  });

  test('prints a long payload whole only when asked', async () => {
    const folder = temporaryFolder();
    const journal = await openJournal({ directory: folder, now: Date.now, randomBytes });
    const sink = journal.payload({ payload: 'full', limit: 10_000, redact: [] }, 'call-one', 'request');
    sink.write(Buffer.from('x'.repeat(5000)));
    await journal.append(intentOf('call-one'), 'written');
    await journal.append(outcomeOf('call-one', { request: await sink.end() }), 'written');
    await journal.close();
    expect(await shown('call-one', { directory: folder })).toContain(`${'x'.repeat(2000)}\n          (and 3000 characters more: --body)`);
    expect(await shown('call-one', { directory: folder, body: true })).toContain('x'.repeat(5000));
  });

  test('prints one JSON object with both records and the payloads', async () => {
    expect(JSON.parse(await shown(CALLS.allowed, { output: 'json' }))).toMatchObject({
      call: CALLS.allowed, intent: { kind: 'intent', query: 'state=open&access_token=[redacted]' }, outcome: { status: 200 },
      payloads: { request: { state: 'none' }, response: { state: 'opened', mediaType: 'application/json', text: expect.stringContaining('[redacted]') } },
    });
  });

  test.each([
    ['nothing', 'zzzz', /expected a call zzzz in .*, found none: `sallyport log tail` lists the latest/],
    ['several', '019a', /expected one call, got 6 that begin or end with 019a/],
  ])('an id that fits %s is refused with what to do', async (_, call, message) => {
    await expect(shown(call)).rejects.toThrow(message);
  });
});

describe('log show of what a pod sealed', () => {
  const CALL = 'call-one';
  const folder = sharedFolder();
  const pem = generateEvidenceKey();
  const { publicKey, privateKey } = readEvidencePair(pem);
  const other = readEvidencePair(generateEvidenceKey());
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  beforeAll(async () => {
    const journal = await openJournal({ directory: folder, now: Date.now, randomBytes, sealTo: publicKey });
    const sink = journal.payload({ payload: 'full', limit: 10_000, redact: [] }, CALL, 'response', 'text/plain');
    sink.write(Buffer.from('the answer'));
    await journal.append(intentOf(CALL), 'written');
    await journal.append(outcomeOf(CALL, { response: await sink.end() }), 'written');
    await journal.close();
  });

  test('names the key and how to get it, where it is not given', async () => {
    const text = await shown(CALL, { directory: folder });
    expect(text).not.toContain('the answer');
    expect(text).toContain(`sealed to key ${publicKey.kid}, whose private half is not in this folder: open it with --key FILE\n`);
    expect(text).toContain("  kubectl -n sallyport-system get secret sallyport-evidence-key -o jsonpath='{.data.private\\.pem}' | base64 -d > FILE\n");
  });

  test.each([
    ['PEM, as it lies in the Secret', () => pem],
    ['a JWK', () => JSON.stringify(privateKey)],
    ['a JWK that names another point than its own', () => JSON.stringify({ ...other.publicKey, d: privateKey.d })],
  ])('opens it with its key as %s', async (_name, text) => {
    expect(await shown(CALL, { directory: folder, key: file('key', text()) })).toMatch(/the digest holds\n\n {10}the answer\n/);
  });

  test.each([
    ['another key', JSON.stringify(other.privateKey), `expected key ${publicKey.kid}, to which the payloads of this call are sealed, got key ${other.publicKey.kid}`],
    ['the public half as a JWK', JSON.stringify(publicKey), 'expected the private half of an evidence key, EC on P-256 in PEM or as a JWK, got only a public half'],
    ['the public half in PEM', createPublicKey(pem).export({ format: 'pem', type: 'spki' }).toString(), 'got only a public half'],
    ['the Secret as it is, in base64', Buffer.from(pem).toString('base64'), 'got something else'],
    ['a key of another kind', generateLinkKey(), 'got something else'],
    ['a secret number of zero', JSON.stringify({ ...privateKey, d: 'A'.repeat(43) }), 'got something else'],
    ['broken JSON', '{"kty"', 'got something else'],
    ['nothing', '', 'got something else'],
  ])('is refused with one sentence and 2 where the key is %s', async (_name, text, sentence) => {
    const { code, stdout, stderr } = await sallyport('log', 'show', CALL, '--journal', folder, '--key', file('bad-key', text));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain(privateKey.d);
  });

  test('is refused with one sentence and 2 where there is no such file', async () => {
    const { code, stderr } = await sallyport('log', 'show', CALL, '--journal', folder, '--key', join(folder, 'absent'));
    expect(code).toBe(2);
    expect(stderr).toMatch(/^sallyport: expected a readable key in .*absent: ENOENT.*\n$/);
  });
});

describe('log verify', () => {
  test('reports what it checked, what it found and what it cannot know', async () => {
    const { stream, text } = output();
    expect(await verifyJournal(directory, 'text', stream)).toBe(2);
    golden('verify', text().replaceAll(directory, 'JOURNAL').replace(/leaf [0-9a-f]{64}/, 'leaf …'));
  });

  test('prints its report as JSON', async () => {
    const { stream, text } = output();
    await verifyJournal(directory, 'json', stream);
    expect(JSON.parse(text())).toMatchObject({ verdict: 'incomplete', calls: 6, findings: [{ code: 'outcome-missing', file: 'epoch-00000001.jsonl', line: 11 }] });
  });
});

describe('the commands', () => {
  test('have help with examples', () => {
    for (const command of logCommand().commands) {
      let help = '';
      command.configureOutput({ writeOut: (text) => { help += text; } });
      command.outputHelp();
      expect(help).toContain(`  sallyport log ${command.name()}`);
      expect(help).toContain('--output <format>');
    }
  });

  test.each([
    ['intact', () => undefined, 0, ''],
    ['tampered', (path: string) => writeFileSync(path, readFileSync(path, 'utf8').replace('"cause":"start"', '"cause":"recovery"')), 1, ''],
    ['incomplete', (path: string) => appendFileSync(path, '{'), 2, ''],
    [undefined, (path: string) => rmSync(path), 2, 'found no epoch file'],
  ])('verify ends as the verdict says: %s', async (verdict, change, code, sentence) => {
    const folder = temporaryFolder();
    await (await openJournal({ directory: folder, now: Date.now, randomBytes })).close();
    change(join(folder, 'epoch-00000001.jsonl'));
    const ended = await sallyport('log', 'verify', folder, '--output', 'json');
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(sentence) });
    expect(verdict === undefined ? ended.stdout : JSON.parse(ended.stdout)).toEqual(verdict === undefined ? '' : expect.objectContaining({ verdict }));
  });

  test.each([
    ['tail', '/nowhere/journal'],
    ['show', 'abc', '--journal', '/nowhere/journal'],
  ])('%s of a folder that is not there ends with 2', async (...args) => {
    expect(await sallyport('log', ...args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('/nowhere/journal') });
  });
});
