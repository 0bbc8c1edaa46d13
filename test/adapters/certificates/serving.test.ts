import { execFile } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createAuthority } from '../../../src/adapters/certificates/authority.ts';
import { caCertificate, pem } from '../../../src/adapters/certificates/certificate.ts';
import { type KeptAuthority, mintAuthority, mintServing } from '../../../src/adapters/certificates/serving.ts';
import { sharedFolder } from '../../fakes/temporary-folder.ts';

const DAY = 86_400_000;
const NAMES = ['sallyport-webhook.sallyport-system.svc', 'sallyport-webhook'];
const directory = sharedFolder();
const exec = promisify(execFile);
const openssl = await exec('openssl', ['version']).then(() => true, () => false);

const authorityFor = (lifetime: number, now = Date.now()): ReturnType<typeof mintAuthority> => mintAuthority({ commonName: 'Sallyport test CA', now, lifetime });

function rsaAuthority(): KeptAuthority {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificate = caCertificate('Foreign CA', privateKey, { notBefore: Date.now() - DAY, notAfter: Date.now() + DAY });
  return { cert: pem('CERTIFICATE', certificate), key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() };
}

describe('a serving certificate', () => {
  test('speaks for its names and addresses, and comes with its key and its CA', async () => {
    const authority = await authorityFor(10 * DAY);
    const minted = await mintServing({ authority, dnsNames: NAMES, ips: ['192.0.2.1', '2001:db8::1'], now: Date.now(), lifetime: DAY });
    const certificate = new X509Certificate(minted.cert);
    expect(certificate.subjectAltName).toBe('DNS:sallyport-webhook.sallyport-system.svc, DNS:sallyport-webhook, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1');
    expect(certificate.verify(new X509Certificate(minted.ca).publicKey)).toBe(true);
    expect(minted.key).toContain('BEGIN PRIVATE KEY');
  });

  test('ends with its authority at the latest', async () => {
    const now = Date.now();
    const minted = await mintServing({ authority: await authorityFor(DAY, now), dnsNames: NAMES, now, lifetime: 10 * DAY });
    expect(new X509Certificate(minted.cert).validToDate.getTime()).toBe(Math.floor((now + DAY) / 1000) * 1000);
  });

  test.each([
    ['without a name', {}, 'name-invalid'],
    ['for a wildcard', { dnsNames: ['*.example.com'] }, 'name-invalid'],
    ['for an address that is none', { ips: ['192.0.2'] }, 'name-invalid'],
    ['for an address as a name', { dnsNames: ['192.0.2.1'] }, 'name-invalid'],
    ['after the end of its authority', { dnsNames: NAMES, now: Date.now() + 11 * DAY }, 'authority-expired'],
  ] as const)('is not made %s', async (_name, change, code) => {
    await expect(mintServing({ authority: await authorityFor(10 * DAY), now: Date.now(), lifetime: DAY, ...change })).rejects.toMatchObject({ code });
  });

  test.each([
    ['a certificate that is none', { cert: 'hello' }, 'pem-invalid'],
    ['a key that is none', { key: 'hello' }, 'pem-invalid'],
    ['a key of something else', { key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }).toString() }, 'key-mismatch'],
    ['a key that is no P-256 key', rsaAuthority(), 'authority-foreign'],
  ])('is not made by an authority with %s', async (_name, change, code) => {
    const authority = { ...(await authorityFor(DAY)), ...change };
    await expect(mintServing({ authority, dnsNames: NAMES, now: Date.now(), lifetime: DAY })).rejects.toMatchObject({ code });
  });
});

describe.skipIf(!openssl)('openssl (skipped where it is not installed)', () => {
  test('verifies what is minted, strictly', async () => {
    const authority = await authorityFor(DAY);
    writeFileSync(join(directory, 'ca.pem'), authority.cert);
    const files: string[] = [];
    for (const [index, dnsNames] of [NAMES, ['a.example.com'], [`${'a'.repeat(60)}.${'b'.repeat(60)}.example.com`]].entries()) {
      const { cert } = await mintServing({ authority, dnsNames, ips: ['192.0.2.1'], now: Date.now(), lifetime: DAY });
      files.push(join(directory, `${index}.pem`));
      writeFileSync(files[index]!, cert);
    }
    const { stdout } = await exec('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', join(directory, 'ca.pem'), ...files]);
    expect(stdout.trim().split('\n')).toEqual(files.map((file) => `${file}: OK`));
  });

  test('makes a CA that is used beside our own and never signed for, since its name and key are numbered otherwise', async () => {
    const [key, cert] = [join(directory, 'hand.key'), join(directory, 'hand.crt')];
    await exec('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-subj', '/CN=By hand', '-days', '9']);
    const authority = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    await expect(mintServing({ authority, dnsNames: NAMES, now: Date.now(), lifetime: DAY })).rejects.toMatchObject({ code: 'authority-foreign' });
  });

  test('reads the in-memory authority as a CA', async () => {
    const file = join(directory, 'pod-ca.pem');
    writeFileSync(file, (await createAuthority({ commonName: 'Sallyport pod CA', now: Date.now, lifetime: DAY })).certificatePem);
    const { stdout } = await exec('openssl', ['x509', '-in', file, '-noout', '-purpose']);
    expect(stdout).toContain('SSL server CA : Yes');
  });
});
