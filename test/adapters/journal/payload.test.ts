import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { compactDecrypt, exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Journal } from '../../../src/adapters/journal/journal.ts';
import { openPayload } from '../../../src/adapters/journal/open-payload.ts';
import { CAPTURE_MEMORY } from '../../../src/adapters/journal/payload-sink.ts';
import type { PayloadFacts } from '../../../src/core/evidence/draft.ts';
import type { Capture } from '../../../src/core/terms/permit.ts';
import { blobsOf, open, recordsOf, temporaryFolder } from './folder.ts';

const FULL: Capture = { payload: 'full', limit: 1024, redact: [] };
const DIGEST: Capture = { payload: 'digest', limit: 1024, redact: [] };

async function poured(journal: Journal, capture: Capture, ...chunks: readonly (string | Uint8Array)[]): Promise<PayloadFacts> {
  const sink = journal.payload(capture, 'c1', 'response', 'application/json');
  for (const chunk of chunks) sink.write(Buffer.from(chunk as string));
  return sink.end();
}

async function withJournal(act: (journal: Journal, directory: string) => Promise<void>): Promise<void> {
  const directory = temporaryFolder();
  const journal = await open(directory);
  await act(journal, directory);
  await journal.close();
}

function text(payload: Awaited<ReturnType<typeof openPayload>>): string | undefined {
  return payload.state === 'opened' ? Buffer.from(payload.body).toString() : undefined;
}

/** What is in the blob that the epoch's first record names. */
async function epochSecret(directory: string): Promise<string> {
  const record = recordsOf(directory)[0];
  if (record?.kind !== 'epoch') throw new Error('expected an opening');
  const opened = await openSealed(directory, join(directory, 'blobs', record.secret.id.slice(0, 2), `${record.secret.id}.jwe`));
  return (JSON.parse(opened) as { secret: string }).secret;
}

async function openSealed(directory: string, path: string): Promise<string> {
  const name = readdirSync(join(directory, 'keys')).find((file) => file.endsWith('.private.json')) ?? '';
  const key = JSON.parse(readFileSync(join(directory, 'keys', name), 'utf8')) as JWK;
  const { plaintext, protectedHeader } = await compactDecrypt(readFileSync(path, 'utf8'), key);
  expect(protectedHeader).toMatchObject({ alg: 'ECDH-ES', enc: 'A256GCM', kid: name.replace('.private.json', '') });
  return Buffer.from(plaintext).toString();
}

describe('a payload of which everything is kept', () => {
  test('comes back whole to whoever has the private key, and its digest holds', async () => {
    await withJournal(async (journal, directory) => {
      const facts = await poured(journal, FULL, '{"a":', '1}');
      expect(facts).toMatchObject({ bytes: 7, captured: 7, truncated: false, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
      const opened = await openPayload(directory, facts);
      expect(opened).toMatchObject({ state: 'opened', mediaType: 'application/json', digestHolds: true });
      expect(text(opened)).toBe('{"a":1}');
    });
  });

  test('does so however it is cut into chunks', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), async (chunks) => {
      const whole = Buffer.concat(chunks);
      const facts = await poured(journal, { ...FULL, limit: 10_000 }, ...chunks);
      const opened = await openPayload(directory, facts);
      if (whole.length === 0) expect(facts).toEqual({ bytes: 0, captured: 0, truncated: false });
      else expect(opened).toMatchObject({ digestHolds: true, body: new Uint8Array(whole) });
    }), { numRuns: 60 });
    await journal.close();
  });

  test('is not changed by a caller who uses the chunk\'s memory again', async () => {
    await withJournal(async (journal, directory) => {
      const chunk = Buffer.from('first');
      const sink = journal.payload(FULL, 'c1', 'request');
      sink.write(chunk);
      chunk.fill('x');
      sink.write(Buffer.from('second'));
      const opened = await openPayload(directory, await sink.end());
      expect(text(opened)).toBe('firstsecond');
      expect(opened).toMatchObject({ digestHolds: true });
    });
  });

  test('over the limit is cut, hashed whole, and says so', async () => {
    await withJournal(async (journal, directory) => {
      const facts = await poured(journal, { ...FULL, limit: 4 }, 'abc', 'defgh', Buffer.alloc(200_000));
      expect(facts).toMatchObject({ bytes: 200_008, captured: 4, truncated: true, note: 'over-limit' });
      const opened = await openPayload(directory, facts);
      expect(text(opened)).toBe('abcd');
      expect(opened).not.toHaveProperty('digestHolds');
    });
  });

  test('lies in a file for the owner alone, under a random name, without a readable byte', async () => {
    await withJournal(async (journal, directory) => {
      const facts = await poured(journal, FULL, 'a secret sentence');
      const path = blobsOf(directory).find((blob) => blob.endsWith(`${facts.blob?.id}.jwe`)) ?? '';
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'latin1')).not.toMatch(/secret sentence|application|YSBzZWNyZXQ/);
    });
  });

  test('has a digest that the same body does not have twice', async () => {
    await withJournal(async (journal) => {
      const [first, second] = [await poured(journal, FULL, 'same'), await poured(journal, FULL, 'same')];
      expect(first.digest).not.toBe(second.digest);
    });
  });
});

describe('a payload of which only the digest is kept', () => {
  test('has no blob, and a salt that the epoch\'s sealed secret gives', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    const facts = await poured(journal, DIGEST, 'bo', 'dy');
    await journal.close();
    expect(facts).toMatchObject({ bytes: 4, captured: 0, truncated: false });
    expect(facts).not.toHaveProperty('blob');
    const salt = createHash('sha256').update(`${await epochSecret(directory)}/c1/response`).digest();
    expect(facts.digest).toBe(`sha256:${createHash('sha256').update(salt).update('body').digest('hex')}`);
  });

  test('has the same digest however it is cut into chunks', async () => {
    await withJournal(async (journal) => {
      const whole = await poured(journal, DIGEST, 'body'.repeat(30_000));
      expect(await poured(journal, DIGEST, ...'body'.repeat(300).match(/.{1,7}/g) ?? [], 'body'.repeat(29_700))).toEqual(whole);
    });
  });
});

describe('redaction', () => {
  const capture: Capture = { ...FULL, redact: ['$.token', '$..secret'] };

  test('blanks what the policy names before anything is sealed', async () => {
    await withJournal(async (journal, directory) => {
      const facts = await poured(journal, capture, '{"token":"hunter2",', '"a":[{"secret":1}]}');
      expect(facts).toMatchObject({ redacted: 2, truncated: false });
      expect(text(await openPayload(directory, facts))).toBe('{"token":"[redacted]","a":[{"secret":"[redacted]"}]}');
    });
  });

  test.each([
    ['a body cut at the limit', `{"token":"hunter2","pad":"${'x'.repeat(2000)}"}`],
    ['a body that is no JSON', 'token=hunter2'],
    ['half a JSON body', '{"token":"hunter2'],
  ])('of %s keeps nothing but the digest, and says so', async (_, body) => {
    await withJournal(async (journal, directory) => {
      const facts = await poured(journal, capture, body);
      expect(facts).toMatchObject({ bytes: body.length, captured: 0, note: 'unredactable', digest: expect.stringContaining('sha256:') });
      expect(text(await openPayload(directory, facts))).toBe('');
    });
  });
});

describe('what is captured is bounded', () => {
  test('by the memory that all captures share, and what is over says so', async () => {
    await withJournal(async (journal) => {
      const capture: Capture = { ...FULL, limit: CAPTURE_MEMORY };
      const large = journal.payload(capture, 'c1', 'request');
      large.write(Buffer.alloc(CAPTURE_MEMORY - 10));
      expect(await poured(journal, capture, 'more than ten bytes')).toMatchObject({ captured: 0, truncated: true, note: 'no-memory' });
      await large.end();
      expect(await poured(journal, capture, 'more than ten bytes')).toMatchObject({ captured: 19, truncated: false });
    });
  });

  test('a blob that cannot be written is said in the facts, and the call goes on', async () => {
    await withJournal(async (journal, directory) => {
      rmSync(join(directory, 'blobs'), { recursive: true });
      writeFileSync(join(directory, 'blobs'), '');
      expect(await poured(journal, FULL, 'body')).toMatchObject({ bytes: 4, captured: 0, note: 'blob-unwritten' });
    });
  });
});

describe('the evidence key', () => {
  test('is made at the first start, its private half for the owner alone, and used again', async () => {
    const directory = temporaryFolder();
    await (await open(directory)).close();
    await (await open(directory)).close();
    const names = readdirSync(join(directory, 'keys')).sort();
    expect(names).toEqual([expect.stringMatching(/^[\w-]{43}\.private\.json$/), expect.stringMatching(/^[\w-]{43}\.public\.json$/)]);
    expect(statSync(join(directory, 'keys', names[0] ?? '')).mode & 0o777).toBe(0o600);
    expect(recordsOf(directory, 2)[0]).toMatchObject({ key: (names[0] ?? '').slice(0, 43) });
  });

  test('that is given has only its public half in the folder, and nothing there opens a payload', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
    const directory = temporaryFolder();
    const journal = await open(directory, { sealTo: await exportJWK(publicKey) });
    const facts = await poured(journal, FULL, 'body');
    await journal.close();
    expect(await openPayload(directory, facts)).toMatchObject({ state: 'sealed' });
    expect(readdirSync(join(directory, 'keys')).some((name) => name.includes('private'))).toBe(false);
    const sealed = readFileSync(blobsOf(directory).find((path) => path.includes(facts.blob?.id ?? '')) ?? '', 'utf8');
    const { plaintext } = await compactDecrypt(sealed, privateKey);
    expect(Buffer.from(plaintext).toString().split('\n')[1]).toBe('body');
  });

  test('that carries a private half leaves none of it behind', async () => {
    const { privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
    const directory = temporaryFolder();
    const jwk = await exportJWK(privateKey);
    await (await open(directory, { sealTo: jwk })).close();
    const [name] = readdirSync(join(directory, 'keys'));
    expect(readFileSync(join(directory, 'keys', name ?? ''), 'utf8')).not.toContain(jwk.d);
  });

  test.each<[string, JWK]>([
    ['another curve', { kty: 'OKP', crv: 'X25519', x: 'hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo' }],
    ['a point off the curve', { kty: 'EC', crv: 'P-256', x: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', y: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE' }],
    ['no coordinates', { kty: 'EC', crv: 'P-256' }],
  ])('on %s is refused', async (_, sealTo) => {
    await expect(open(temporaryFolder(), { sealTo })).rejects.toMatchObject({ code: 'unusable', message: expect.stringContaining('expected the evidence key') });
  });
});

describe('what was done to a blob shows when it is opened', () => {
  test.each<[string, (path: string) => void, object]>([
    ['removed', (path) => rmSync(path), { state: 'missing' }],
    ['altered', (path) => writeFileSync(path, 'x'), { state: 'altered', sentence: expect.stringContaining('expected SHA-256') }],
  ])('%s', async (_, change, expected) => {
    await withJournal(async (journal, directory) => {
      const facts = await poured(journal, FULL, 'body');
      change(blobsOf(directory).find((path) => path.includes(facts.blob?.id ?? '')) ?? '');
      expect(await openPayload(directory, facts)).toMatchObject(expected);
    });
  });

  test('a forged id does not lead out of the folder', async () => {
    await withJournal(async (_, directory) => {
      const blob = { id: '../../../../etc/hostname', digest: '0'.repeat(64) };
      expect(await openPayload(directory, { bytes: 1, captured: 1, truncated: false, blob })).toEqual({ state: 'missing' });
    });
  });

  test('a blob that somebody else made for the public key, and named in a forged record, is not taken for a payload', async () => {
    await withJournal(async (_, directory) => {
      const blob = { id: 'a'.repeat(32), digest: createHash('sha256').update('not a jwe').digest('hex') };
      const folder = join(directory, 'blobs', 'aa');
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${blob.id}.jwe`), 'not a jwe');
      expect(await openPayload(directory, { bytes: 1, captured: 1, truncated: false, blob })).toMatchObject({ state: 'altered' });
    });
  });
});

describe('sealing', () => {
  test('takes a new ephemeral key each second, and never the same content key twice', async () => {
    let now = 1_000_000;
    const directory = temporaryFolder();
    const journal = await open(directory, { now: () => now, randomBytes });
    const headers: { epk: { x: string }; apu: string }[] = [];
    for (const step of [0, 10, 2000]) {
      now += step;
      const facts = await poured(journal, FULL, 'body');
      const sealed = readFileSync(blobsOf(directory).find((path) => path.includes(facts.blob?.id ?? '')) ?? '', 'utf8');
      headers.push(JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()) as typeof headers[0]);
    }
    await journal.close();
    expect(headers[0]?.epk.x).toBe(headers[1]?.epk.x);
    expect(headers[1]?.epk.x).not.toBe(headers[2]?.epk.x);
    expect(new Set(headers.map(({ apu }) => apu)).size).toBe(3);
  });
});
