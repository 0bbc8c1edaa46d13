import { describe, expect, test } from 'vitest';
import { mintAuthority } from '../../../src/adapters/certificates/serving.ts';
import { collectLinkKey } from '../../../src/adapters/command-line/options.ts';
import { readController, readEncodedCertificates, readPortNumber, readServer, readSize } from '../../../src/apps/proxy/options.ts';

describe('options are read into values or refused with what was expected', () => {
  test.each(['192.0.2.53', '192.0.2.53:5353', '2001:db8::53', '[2001:db8::53]:53'])('a DNS server: %s', (text) => {
    expect(readServer(text)).toBe(text);
  });

  test.each(['dns.example.com', '', '192.0.2', '[192.0.2.1'])('no DNS server: %j', (text) => {
    expect(() => readServer(text)).toThrow('Expected the IP address of a DNS server.');
  });

  test.each([['768Mi', 805_306_368], ['1Gi', 1_073_741_824], ['1000000', 1_000_000], ['64Ki', 65_536]])('a size: %s', (text, bytes) => {
    expect(readSize(text)).toBe(bytes);
  });

  test.each(['', '0', '-1Mi', '768MB', '1m', '1.5Gi', '16Ei', '99999999999Ti'])('no size: %j', (text) => {
    expect(() => readSize(text)).toThrow('Expected a size in bytes, such as 805306368 or 768Mi.');
  });

  test('a port may be 0 for one that the system chooses', () => {
    expect(readPortNumber('0')).toBe(0);
    expect(() => readPortNumber('65536')).toThrow('Expected a port');
    expect(() => readPortNumber('-1')).toThrow('Expected a port');
  });

  test('what binds a sidecar to its controller is looked at before anything is opened', async () => {
    expect(readController('https://controller.example:8443')).toBe('https://controller.example:8443');
    for (const text of ['http://controller.example', 'controller.example', 'https://']) expect(() => readController(text)).toThrow('Expected an https:// URL.');
    const key = 'A'.repeat(43);
    expect(collectLinkKey(key, collectLinkKey(key))).toEqual([key, key]);
    expect(() => collectLinkKey('A')).toThrow('Expected an Ed25519 public key, 32 bytes in base64url.');
    const { cert } = await mintAuthority({ commonName: 'Controller', now: Date.now(), lifetime: 3_600_000 });
    const encoded = Buffer.from(cert).toString('base64');
    expect(readEncodedCertificates(encoded)).toBe(encoded);
    for (const text of ['', 'x', Buffer.from('words').toString('base64')]) expect(() => readEncodedCertificates(text)).toThrow('Expected PEM certificates in base64.');
  });
});
