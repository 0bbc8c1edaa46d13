import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { certificateDirectory, type CertificateDirectorySettings } from '../../../src/adapters/certificates/directory.ts';
import type { KeptServingCertificate } from '../../../src/adapters/certificates/kept.ts';
import { mintAuthority, mintServing, type ServingCertificate } from '../../../src/adapters/certificates/serving.ts';
import { soon } from '../../fakes/soon.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';

const DAY = 86_400_000;
let directory: string;
let kept: KeptServingCertificate | undefined;

beforeEach(() => {
  directory = join(temporaryFolder(), 'dev');
});

afterEach(async () => {
  await kept?.stop();
  kept = undefined;
});

async function keep(change: Partial<CertificateDirectorySettings> = {}): Promise<KeptServingCertificate> {
  kept = await certificateDirectory({ directory, dnsNames: ['localhost'], ips: ['127.0.0.1'], now: Date.now, interval: 10, ...change });
  return kept;
}

const file = (name: string): string => join(directory, name);

function put(certificate: ServingCertificate): void {
  writeFileSync(file('tls.key'), certificate.key);
  writeFileSync(file('tls.crt'), certificate.cert);
}

describe('a certificate folder', () => {
  test('that is not there is made, with keys that only its owner may read', async () => {
    const { cert, ca } = (await keep()).current();
    expect(readdirSync(directory).toSorted()).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    expect(readdirSync(directory).map((name) => statSync(file(name)).mode & 0o077)).toEqual([0o44, 0, 0o44, 0]);
    expect([readFileSync(file('tls.crt'), 'utf8'), readFileSync(file('ca.crt'), 'utf8')]).toEqual([cert, ca]);
  });

  test('is used again by the next start', async () => {
    const first = (await keep()).current();
    await kept?.stop();
    expect((await keep()).current()).toEqual(first);
  });

  test('is renewed before its end, and says so', async () => {
    let now = Date.now();
    const first = (await keep({ now: () => now })).current();
    const heard: ServingCertificate[] = [];
    kept?.onChange((next) => heard.push(next));
    now += 61 * DAY;
    const [next] = await soon('the renewal', () => heard.length > 0 && heard);
    expect(next?.cert).not.toBe(first.cert);
    expect(kept?.current()).toEqual(next);
    expect(readFileSync(file('tls.crt'), 'utf8')).toBe(next?.cert);
  });

  test('that somebody else fills is followed and never written to', async () => {
    await keep();
    await kept?.stop();
    rmSync(file('ca.key'));
    const authority = await mintAuthority({ commonName: 'Other CA', now: Date.now(), lifetime: DAY });
    const foreign = await mintServing({ authority, dnsNames: ['localhost'], now: Date.now(), lifetime: DAY / 24 });
    put(foreign);
    expect((await keep()).current().cert).toBe(foreign.cert);
    const next = await mintServing({ authority, dnsNames: ['localhost'], now: Date.now(), lifetime: DAY / 24 });
    const faults: unknown[] = [];
    await kept?.stop();
    await keep({ onFault: (fault) => faults.push(fault) });
    writeFileSync(file('tls.key'), next.key);
    await soon('the fault of a pair that does not match', () => faults.length > 0);
    expect(kept?.current().cert).toBe(foreign.cert);
    put(next);
    await soon('the new certificate', () => kept?.current().cert === next.cert);
    expect(readdirSync(directory).toSorted()).toEqual(['ca.crt', 'tls.crt', 'tls.key']);
  });

  test.each([
    ['a certificate without its key', 'tls.crt', 'directory-unusable'],
    ['a key without its certificate', 'tls.key', 'directory-unusable'],
  ])('with %s is refused rather than written over', async (_name, name, code) => {
    await keep();
    await kept?.stop();
    const text = readFileSync(file(name), 'utf8');
    rmSync(directory, { recursive: true });
    await keep();
    await kept?.stop();
    for (const other of readdirSync(directory)) rmSync(file(other));
    writeFileSync(file(name), text);
    await expect(keep()).rejects.toMatchObject({ code });
    expect(readdirSync(directory)).toEqual([name]);
  });

  test('that is a file is refused', async () => {
    writeFileSync(directory, '');
    await expect(keep()).rejects.toMatchObject({ code: 'directory-unusable' });
  });

  test('serves: a running server shows the renewed certificate to the next client', async () => {
    let now = Date.now();
    const { cert, key, ca } = (await keep({ now: () => now })).current();
    const server = https.createServer({ cert, key });
    kept?.onChange((next) => server.setSecureContext(next));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const shown = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const client = tls.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', servername: 'localhost', ca }, () => {
          resolve(client.getPeerX509Certificate()!.fingerprint256);
          client.destroy();
        });
        client.once('error', reject);
      });
    expect(await shown()).toBe(new X509Certificate(cert).fingerprint256);
    // The folder's clock runs ahead of the client's, which tells the new certificate from the old one.
    now += 61 * DAY;
    await soon('the renewal', () => kept?.current().cert !== cert);
    await expect(shown()).rejects.toMatchObject({ code: 'CERT_NOT_YET_VALID' });
    server.close();
  });
});

test.skipIf(process.platform !== 'linux')('a folder that no file system makes is refused with its name, and does not keep anybody waiting (Linux: /proc)', async () => {
  const refused = certificateDirectory({ directory: '/proc/sallyport-absent', dnsNames: ['localhost'], ips: [], now: Date.now });
  await expect(refused).rejects.toMatchObject({ code: 'directory-unusable', message: expect.stringContaining('/proc/sallyport-absent') });
});
