import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { calculateJwkThumbprint, compactDecrypt, exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import type { Journal } from '../../../src/adapters/journal/journal.ts';
import { openPayload } from '../../../src/adapters/journal/open-payload.ts';
import { PACK_SIZE } from '../../../src/adapters/journal/blobs.ts';
import { createLogFile } from '../../../src/adapters/journal/log-file.ts';
import type { LogFile } from '../../../src/adapters/journal/log-file.ts';
import { CAPTURE_MEMORY } from '../../../src/adapters/journal/payload-sink.ts';
import { verifyLog } from '../../../src/adapters/journal/verify-log.ts';
import type { BlobReference, PayloadFacts } from '../../../src/core/evidence/draft.ts';
import type { Capture } from '../../../src/core/terms/permit.ts';
import { intentOf, outcomeOf } from '../../core/evidence/drafts.ts';
import { open, overwrite, packPath, packsOf, recordsOf, sealedText, temporaryFolder } from './folder.ts';

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
  const opened = await openSealed(directory, record.secret);
  return (JSON.parse(opened) as { secret: string }).secret;
}

async function openSealed(directory: string, blob: BlobReference): Promise<string> {
  const name = readdirSync(join(directory, 'keys')).find((file) => file.endsWith('.private.json')) ?? '';
  const key = JSON.parse(readFileSync(join(directory, 'keys', name), 'utf8')) as JWK;
  const { plaintext, protectedHeader } = await compactDecrypt(sealedText(directory, blob), key);
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

  test('lies in a file for the owner alone, without a readable byte', async () => {
    await withJournal(async (journal, directory) => {
      const facts = await poured(journal, FULL, 'a secret sentence');
      expect(facts.blob).toMatchObject({ pack: 1, length: expect.any(Number) });
      expect(statSync(packPath(directory)).mode & 0o777).toBe(0o600);
      expect(readFileSync(packPath(directory), 'latin1')).not.toMatch(/secret sentence|application|YSBzZWNyZXQ/);
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
      const notes: unknown[] = [];
      // It is asked after some writes whether the file still has a name.
      for (let at = 0; at < 100; at += 1) notes.push((await poured(journal, FULL, 'body')).note);
      expect(notes.slice(70)).toEqual(Array.from({ length: 30 }, () => 'blob-unwritten'));
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
    const jwk = JSON.parse(readFileSync(join(directory, 'keys', names[1] ?? ''), 'utf8')) as JWK;
    expect(names[1]).toBe(`${await calculateJwkThumbprint(jwk)}.public.json`);
  });

  test('that is given has only its public half in the folder, and nothing there opens a payload', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
    const directory = temporaryFolder();
    const journal = await open(directory, { sealTo: await exportJWK(publicKey) });
    const facts = await poured(journal, FULL, 'body');
    await journal.close();
    expect(await openPayload(directory, facts)).toMatchObject({ state: 'sealed' });
    expect(readdirSync(join(directory, 'keys')).some((name) => name.includes('private'))).toBe(false);
    const sealed = sealedText(directory, facts.blob);
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
  test.each<[string, (directory: string, blob: BlobReference) => void, object]>([
    ['its pack removed', (directory) => rmSync(packPath(directory)), { state: 'missing' }],
    ['its pack cut', (directory, blob) => truncateSync(packPath(directory), blob.offset + blob.length - 1), { state: 'missing' }],
    ['erased', (directory, blob) => overwrite(directory, blob, Buffer.alloc(blob.length)), { state: 'missing' }],
    ['altered', (directory, blob) => overwrite(directory, blob, Buffer.from('x')), { state: 'altered', sentence: expect.stringContaining('expected SHA-256') }],
  ])('%s', async (_, change, expected) => {
    await withJournal(async (journal, directory) => {
      const facts = await poured(journal, FULL, 'body');
      if (facts.blob !== undefined) change(directory, facts.blob);
      expect(await openPayload(directory, facts)).toMatchObject(expected);
    });
  });

  test('erasing one leaves its neighbours', async () => {
    await withJournal(async (journal, directory) => {
      const all = await Promise.all(['first', 'second', 'third'].map((body) => poured(journal, FULL, body)));
      overwrite(directory, all[1]?.blob, Buffer.alloc(all[1]?.blob?.length ?? 0));
      const opened = await Promise.all(all.map((facts) => openPayload(directory, facts)));
      expect(opened.map(text)).toEqual(['first', undefined, 'third']);
    });
  });

  test.each([
    ['pack', { pack: -1, offset: 0, length: 5 }],
    ['offset', { pack: 1, offset: -5, length: 5 }],
    ['place behind all offsets', { pack: 1, offset: Number.MAX_VALUE, length: 5 }],
    ['length beyond all memory', { pack: 1, offset: 0, length: 2 ** 52 }],
  ])('a forged %s leads nowhere', async (_, place) => {
    await withJournal(async (journal, directory) => {
      await poured(journal, FULL, 'body');
      expect(await openPayload(directory, { bytes: 1, captured: 1, truncated: false, blob: { ...place, digest: '0'.repeat(64) } })).toEqual({ state: 'missing' });
    });
  });

  test('a blob that somebody else made for the public key, and named in a forged record, is not taken for a payload', async () => {
    await withJournal(async (_, directory) => {
      const blob = { pack: 7, offset: 0, length: 9, digest: createHash('sha256').update('not a jwe').digest('hex') };
      writeFileSync(packPath(directory, 7), 'not a jwe');
      expect(await openPayload(directory, { bytes: 1, captured: 1, truncated: false, blob })).toMatchObject({ state: 'altered' });
    });
  });
});

describe('packs', () => {
  test('take all that is sealed in one turn in one write, and a record can name it once it is written', async () => {
    const directory = temporaryFolder();
    const appended: number[] = [];
    const journal = await open(directory, {
      createFile: (path) => {
        const file = createLogFile(path);
        if (!path.endsWith('.pack')) return file;
        const append = file.append.bind(file);
        return Object.assign(file, { append: (bytes: Uint8Array) => { appended.push(bytes.length); append(bytes); } });
      },
    });
    const all = await Promise.all(['a', 'b', 'c'].map((body) => poured(journal, FULL, body)));
    expect(appended).toHaveLength(2);
    const last = all.at(-1)?.blob;
    expect(statSync(packPath(directory)).size).toBe((last?.offset ?? 0) + (last?.length ?? 0) + 1);
    await journal.close();
  });

  test('cut off what a failed write left, and go on', async () => {
    const directory = temporaryFolder();
    let fails = false;
    const journal = await open(directory, {
      createFile: (path) => {
        const file = createLogFile(path);
        const append = file.append.bind(file);
        return Object.assign(file, {
          append: (bytes: Uint8Array) => {
            if (!fails || !path.endsWith('.pack')) return append(bytes);
            appendFileSync(path, bytes.subarray(0, 10));
            throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
          },
        });
      },
    });
    fails = true;
    expect(await poured(journal, FULL, 'body')).toMatchObject({ bytes: 4, captured: 0, note: 'blob-unwritten' });
    fails = false;
    const facts = await poured(journal, FULL, 'body');
    expect(text(await openPayload(directory, facts))).toBe('body');
    await journal.close();
    expect(packsOf(directory)).toEqual(['00000001.pack']);
  });

  test('begin anew with each start, and once one is full', async () => {
    const directory = temporaryFolder();
    await (await open(directory)).close();
    appendFileSync(packPath(directory), 'half a bl');
    const pack: { file?: LogFile } = {};
    const journal = await open(directory, {
      createFile: (path) => {
        const file = createLogFile(path);
        if (path.endsWith('.pack')) pack.file = file;
        return file;
      },
    });
    const first = await poured(journal, FULL, 'first');
    if (pack.file !== undefined) Object.defineProperty(pack.file, 'size', { value: PACK_SIZE });
    const second = await poured(journal, FULL, 'second');
    expect([first.blob?.pack, second.blob?.pack]).toEqual([2, 3]);
    expect(text(await openPayload(directory, second))).toBe('second');
    await journal.close();
  });

  test('are written before the journal ends, so that an outcome under way still names its payload', async () => {
    const directory = temporaryFolder();
    const journal = await open(directory);
    await journal.append(intentOf('c1'), 'written');
    const recorded = poured(journal, FULL, 'body').then((response) => journal.append(outcomeOf('c1', { response }), 'written'));
    await journal.close();
    await recorded;
    expect(await verifyLog(directory)).toMatchObject({ verdict: 'intact', blobs: 2, running: 0 });
    expect((await poured(journal, FULL, 'late')).note).toBe('blob-unwritten');
    expect(packsOf(directory)).toEqual(['00000001.pack']);
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
      const sealed = sealedText(directory, facts.blob);
      headers.push(JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString()) as typeof headers[0]);
    }
    await journal.close();
    expect(headers[0]?.epk.x).toBe(headers[1]?.epk.x);
    expect(headers[1]?.epk.x).not.toBe(headers[2]?.epk.x);
    expect(new Set(headers.map(({ apu }) => apu)).size).toBe(3);
  });
});
