import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import tls from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterAll, describe, expect, test } from 'vitest';
import { createAuthority, type Authority } from '../../../src/adapters/certificates/authority.ts';
import type { HostName } from '../../../src/core/terms/authority.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LONG_NAME = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.com`;

const ports: { close(): unknown }[] = [];
afterAll(() => ports.forEach((port) => port.close()));

const host = (name: string): HostName => name as HostName;

/** What a client that trusts the authority is shown for a host; rejects as its verification does. */
async function shown(authority: Authority, name: string, options: tls.ConnectionOptions = {}): Promise<X509Certificate> {
  // As in the proxy: the context is chosen for each connection, since SNI is never sent for an address.
  const server = createTcp((socket) => {
    const secured = new tls.TLSSocket(socket, { isServer: true, secureContext: authority.leaf(host(name)) });
    secured.on('error', () => secured.destroy());
  });
  ports.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const sni = /^[\d.:a-f]+$/.test(name) ? {} : { servername: name };
  const client = tls.connect({
    host: '127.0.0.1', port: (server.address() as AddressInfo).port, ca: authority.certificatePem, ...sni,
    checkServerIdentity: (_host, certificate) => tls.checkServerIdentity(name, certificate), ...options,
  });
  await once(client, 'secureConnect');
  const certificate = client.getPeerX509Certificate();
  client.destroy();
  if (certificate === undefined) throw new Error('no certificate was shown');
  return certificate;
}

function authorityAt(now: () => number, change: { lifetime?: number; leafLifetime?: number; leafs?: number } = {}): Promise<Authority> {
  return createAuthority({ commonName: 'Sallyport pod CA', now, lifetime: 30 * DAY, ...change });
}

const value = (certificate: x509.X509Certificate, type: string): x509.Extension => certificate.extensions.find((extension) => extension.type === type)!;

describe('a TLS client that trusts the authority', () => {
  test.each([
    ['a name', 'api.example.com'],
    ['a name of one label', 'localhost'],
    ['a name with an underscore', 'a_b.example.com'],
    ['a name that is too long for a common name', LONG_NAME],
    ['an IPv4 address', '192.0.2.7'],
    ['an IPv6 address', '2001:db8::7'],
  ])('accepts a leaf for %s', async (_name, name) => {
    const authority = await authorityAt(Date.now);
    const certificate = await shown(authority, name);
    expect(certificate.checkIssued(new X509Certificate(authority.certificatePem))).toBe(true);
  });

  test.each(['1.2', '1.3'] as const)('can speak TLS %s', async (version) => {
    const options = { minVersion: `TLSv${version}`, maxVersion: `TLSv${version}` } as const;
    await expect(shown(await authorityAt(Date.now), 'api.example.com', options)).resolves.toBeDefined();
  });

  test('refuses a leaf of another authority of the same name', async () => {
    const other = await authorityAt(Date.now);
    await expect(shown(await authorityAt(Date.now), 'api.example.com', { ca: other.certificatePem })).rejects.toThrow(/certificate/);
  });

  test('refuses a leaf for another host', async () => {
    const identity = { checkServerIdentity: (_host: string, certificate: tls.PeerCertificate) => tls.checkServerIdentity('www.example.com', certificate) };
    await expect(shown(await authorityAt(Date.now), 'api.example.com', identity)).rejects.toThrow(/does not match/);
  });
});

describe('a certificate is written as RFC 5280 has it', () => {
  test('the CA may sign servers and no further CA', async () => {
    const ca = new x509.X509Certificate((await authorityAt(Date.now)).certificatePem);
    expect(ca.subject).toBe('CN=Sallyport pod CA');
    expect(await ca.isSelfSigned()).toBe(true);
    expect(ca.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: true, pathLength: 0, critical: true });
    expect(ca.getExtension(x509.KeyUsagesExtension)).toMatchObject({ usages: x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, critical: true });
  });

  test('a leaf names its host, its key and its issuer, and is no CA', async () => {
    const authority = await authorityAt(Date.now);
    const ca = new x509.X509Certificate(authority.certificatePem);
    const leaf = new x509.X509Certificate((await shown(authority, 'api.example.com')).raw);
    expect([leaf.subject, leaf.issuer]).toEqual(['CN=api.example.com', 'CN=Sallyport pod CA']);
    expect(await leaf.verify({ publicKey: ca.publicKey, signatureOnly: true })).toBe(true);
    expect(leaf.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: false, critical: true });
    expect(leaf.getExtension(x509.KeyUsagesExtension)).toMatchObject({ usages: x509.KeyUsageFlags.digitalSignature, critical: true });
    expect(leaf.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([x509.ExtendedKeyUsage.serverAuth]);
    expect(leaf.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON()).toEqual([{ type: 'dns', value: 'api.example.com' }]);
    expect(leaf.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(ca.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId);
    expect(leaf.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId).toMatch(/^[0-9a-f]{40}$/);
  });

  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::', '::'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2:3:4:5:6'],
    ['1::', '1::'],
    ['::ffff:192.0.2.7', '::ffff:c000:207'],
  ])('a leaf for the address %s names it as an address and not as a name', async (address, written) => {
    const leaf = new x509.X509Certificate((await shown(await authorityAt(Date.now), address)).raw);
    const names = leaf.getExtension(x509.SubjectAlternativeNameExtension)?.names.toJSON() ?? [];
    expect(names.map(({ type }) => type)).toEqual(['ip']);
    expect(new URL(`http://${names[0]!.value.includes(':') ? `[${names[0]!.value}]` : names[0]!.value}`).hostname.replaceAll(/[[\]]/g, '')).toBe(written);
  });

  test.each([
    ['of 64 characters is the common name', `${'a'.repeat(52)}.example.com`, false],
    ['of 65 characters leaves the subject empty, and the alternative names are critical', `${'a'.repeat(53)}.example.com`, true],
  ])('a name %s', async (_name, name, critical) => {
    const leaf = new x509.X509Certificate((await shown(await authorityAt(Date.now), name)).raw);
    expect(leaf.subject).toBe(critical ? '' : `CN=${name}`);
    expect(value(leaf, '2.5.29.17').critical).toBe(critical);
  });

  test('no two serial numbers are alike, and each is positive and minimal', async () => {
    const authority = await authorityAt(Date.now, { leafs: 1 });
    const serials = new Set<string>();
    for (let index = 0; index < 40; index += 1) serials.add((await shown(authority, `h${index}.example.com`)).serialNumber);
    expect(serials.size).toBe(40);
    for (const serial of serials) expect(serial).toMatch(/^[0-9A-F]{31,32}$/);
  });
});

describe('a leaf lives', () => {
  test('from an hour before its making, for clients whose clocks are behind', async () => {
    const now = Date.parse('2026-03-04T05:06:07Z');
    const leaf = await shown(await authorityAt(() => now), 'api.example.com', { rejectUnauthorized: false });
    expect(leaf.validFromDate.toISOString()).toBe('2026-03-04T04:06:07.000Z');
    expect(leaf.validToDate.toISOString()).toBe('2026-03-05T05:06:07.000Z');
  });

  test('no longer than its authority', async () => {
    const now = Date.now();
    const leaf = await shown(await authorityAt(() => now, { lifetime: HOUR }), 'api.example.com');
    expect(leaf.validToDate.getTime()).toBe(Math.floor((now + HOUR) / 1000) * 1000);
  });

  test('past the year 2049 in the other form of time', async () => {
    const now = Date.parse('2049-12-31T12:00:00Z');
    const leaf = await shown(await authorityAt(() => now), 'api.example.com', { rejectUnauthorized: false });
    expect(leaf.validToDate.toISOString()).toBe('2050-01-01T12:00:00.000Z');
  });

  test('until two thirds are over; then the next connection is shown a new one', async () => {
    let now = Date.now();
    const authority = await authorityAt(() => now);
    const first = authority.leaf(host('api.example.com'));
    now += 15 * HOUR;
    expect(authority.leaf(host('api.example.com'))).toBe(first);
    now += 2 * HOUR;
    expect(authority.leaf(host('api.example.com'))).not.toBe(first);
  });

  test('in a cache of bounded size, which forgets the host that was asked for least recently', async () => {
    const authority = await authorityAt(Date.now, { leafs: 2 });
    const [one, two] = [authority.leaf(host('one.example.com')), authority.leaf(host('two.example.com'))];
    expect(authority.leaf(host('one.example.com'))).toBe(one);
    authority.leaf(host('three.example.com'));
    expect(authority.leaf(host('one.example.com'))).toBe(one);
    expect(authority.leaf(host('two.example.com'))).not.toBe(two);
  });
});

describe('the authority refuses', () => {
  test.each(['*.example.com', '*', '', 'a..example.com', '.example.com', 'example.com.', 'a b.example.com', 'a\0.example.com', `${'a'.repeat(64)}.example.com`, `${'a.'.repeat(126)}com`, '[::1]', 'fe80::1%eth0'])(
    'a leaf for %j',
    async (name) => {
      const authority = await authorityAt(Date.now);
      expect(() => authority.leaf(host(name))).toThrow(expect.objectContaining({ code: 'name-invalid' }));
    },
  );

  test('leafs once its own certificate has ended', async () => {
    let now = Date.now();
    const authority = await authorityAt(() => now, { lifetime: HOUR });
    now += HOUR;
    expect(() => authority.leaf(host('api.example.com'))).toThrow(expect.objectContaining({ code: 'authority-expired' }));
  });

  test('to have a name that does not fit', async () => {
    await expect(createAuthority({ commonName: 'x'.repeat(65), now: Date.now, lifetime: DAY })).rejects.toMatchObject({ code: 'name-invalid' });
  });
});
