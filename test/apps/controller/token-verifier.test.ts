import { SignJWT, UnsecuredJWT } from 'jose';
import { beforeAll, describe, expect, test } from 'vitest';
import { createTokenVerifier, type TokenVerifier } from '../../../src/apps/controller/token-verifier.ts';
import type { TokenSigners } from '../../../src/apps/controller/ports.ts';
import { FakeTokenIssuer } from '../../fakes/token-issuer.ts';

let first: FakeTokenIssuer;
let second: FakeTokenIssuer;

beforeAll(async () => {
  [first, second] = await Promise.all([FakeTokenIssuer.create('key-1'), FakeTokenIssuer.create('key-2')]);
});

interface Counted extends TokenVerifier {
  readonly fetched: () => number;
}

function counted(fetch: () => Promise<TokenSigners>, now: () => number = Date.now): Counted {
  let fetches = 0;
  const verifier = createTokenVerifier(() => {
    fetches += 1;
    return fetch();
  }, now);
  return { verify: (token) => verifier.verify(token), fetched: () => fetches };
}

describe('a token', () => {
  test('proves which pod shows it, and until when', async () => {
    const expires = (Math.floor(Date.now() / 1000) + 600) * 1000;
    const verifier = counted(async () => first.signers());
    expect(await verifier.verify(await first.token({ expires }))).toEqual({ namespace: 'agents', pod: 'triage-1', uid: 'uid-1', serviceAccount: 'triage', expires });
  });

  test.each([
    ['that is no token', async () => 'hello', 'token-malformed'],
    ['that nobody signed', async () => new UnsecuredJWT({}).setIssuer(FakeTokenIssuer.ISSUER).setAudience('sallyport').encode(), 'token-untrusted'],
    ['signed with a shared secret', async () => new SignJWT({}).setProtectedHeader({ alg: 'HS256', kid: 'key-1' }).sign(Buffer.alloc(32)), 'token-untrusted'],
    ['whose signature is of another token', async () => `${(await first.token()).split('.').slice(0, 2).join('.')}.${(await first.token({ uid: 'uid-2' })).split('.')[2]}`, 'token-untrusted'],
    ['that has expired', async () => first.token({ expires: Date.now() - 1_000 }), 'token-expired'],
    ['for somebody else', async () => first.token({ audience: 'vault' }), 'token-foreign'],
    ['of another cluster', async () => first.token({ issuer: 'https://other.example' }), 'token-foreign'],
    ['that is bound to no pod', async () => first.token({ unbound: true }), 'token-unbound'],
  ])('%s is refused', async (_name, make, code) => {
    await expect(counted(async () => first.signers()).verify(await make())).rejects.toMatchObject({ code });
  });
});

describe('the keys of the cluster', () => {
  test('are fetched once for many tokens at once', async () => {
    const verifier = counted(async () => first.signers());
    const token = await first.token();
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(token)));
    expect(verifier.fetched()).toBe(1);
  });

  test('are fetched again for a key that is not among them, so that a rotated key is known at once', async () => {
    let now = Date.now();
    let signers = first.signers();
    const verifier = counted(async () => signers, () => now);
    await verifier.verify(await first.token());
    signers = first.signers(second);
    now += 11_000;
    await expect(verifier.verify(await second.token({ expires: now + 60_000 }))).resolves.toMatchObject({ pod: 'triage-1' });
    expect(verifier.fetched()).toBe(2);
  });

  test('are not fetched for each of many unknown keys, which anybody can make up', async () => {
    let now = Date.now();
    const verifier = counted(async () => first.signers(), () => now);
    await verifier.verify(await first.token());
    const forged = await second.token();
    now += 11_000;
    for (let index = 0; index < 50; index += 1) await expect(verifier.verify(forged)).rejects.toMatchObject({ code: 'token-untrusted' });
    expect(verifier.fetched()).toBe(2);
  });

  test('are fetched again in time, so that a withdrawn key is trusted no longer', async () => {
    let now = Date.now();
    let signers = first.signers(second);
    const verifier = counted(async () => signers, () => now);
    await verifier.verify(await second.token());
    signers = first.signers();
    now += 301_000;
    await expect(verifier.verify(await second.token({ expires: now + 60_000 }))).rejects.toMatchObject({ code: 'token-untrusted' });
  });

  test('are asked for anew after a failure', async () => {
    let down = true;
    const verifier = counted(async () => {
      if (down) throw new Error('no answer');
      return first.signers();
    });
    await expect(verifier.verify(await first.token())).rejects.toMatchObject({ code: 'keys-unavailable', status: 503 });
    down = false;
    await expect(verifier.verify(await first.token())).resolves.toMatchObject({ uid: 'uid-1' });
  });
});
