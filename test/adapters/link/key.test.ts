import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { expect, test } from 'vitest';
import { generateLinkKey, readLinkKeys, readLinkSigner } from '../../../src/adapters/link/key.ts';

test('names a key by its RFC 7638 thumbprint', async () => {
  const { kid, publicKey } = readLinkSigner(generateLinkKey());
  expect(kid).toBe(await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x: publicKey }));
});

test.each([
  ['nothing', ''],
  ['text', 'hello'],
  ['a key of another kind', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
])('refuses to sign with %s', (_name, pem) => {
  expect(() => readLinkSigner(pem)).toThrow(expect.objectContaining({ code: 'key-invalid' }));
});

test.each([
  ['no key', []],
  ['an empty key', ['']],
  ['a key that is too short', ['A'.repeat(42)]],
  ['a key that is too long', ['A'.repeat(44)]],
  ['a key of standard base64', [`${'A'.repeat(42)}+`]],
  ['one bad key among good ones', ['A'.repeat(43), 'B']],
])('refuses to verify with %s', (_name, keys) => {
  expect(() => readLinkKeys(keys)).toThrow(expect.objectContaining({ code: 'key-invalid' }));
});
