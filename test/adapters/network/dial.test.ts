import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type KeptAuthority, mintAuthority, mintServing } from '../../../src/adapters/certificates/serving.ts';
import { createDialer, type DialerSettings } from '../../../src/adapters/network/dial.ts';
import { parseHost } from '../../../src/core/address/host.ts';
import { parseRange } from '../../../src/core/address/range.ts';
import type { Scheme } from '../../../src/core/terms/authority.ts';
import { Permit } from '../../../src/core/terms/permit.ts';

const HOUR = 3_600_000;
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

function permit(scheme: Scheme, name: string, port: number, ranges: readonly string[] = LOOPBACK): Permit {
  const host = parseHost(name);
  if (!host.ok) throw new Error(host.sentence);
  return Permit.issue({
    reason: 'allowed-by-rule',
    sentence: 'allowed',
    authority: { scheme, host: host.host, port },
    addresses: ranges.map((range) => parseRange(range)!),
    capture: { payload: 'digest', limit: 0, redact: [] },
    treatment: { protocol: 'http', http2: false, strip: [] },
    limits: [],
    tools: [],
    generation: 1,
    digest: 'sha256:0',
  });
}

function dialer(addresses: readonly string[], settings: Partial<DialerSettings> = {}) {
  return createDialer({ resolver: { resolve: async () => addresses }, ca: [], ownPorts: () => [], ...settings });
}

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

let authority: KeptAuthority;
const opened: Server[] = [];

beforeAll(async () => {
  authority = await mintAuthority({ commonName: 'Upstream', now: Date.now(), lifetime: HOUR });
});

afterAll(() => {
  for (const server of opened) server.close();
});

async function plainServer(): Promise<{ port: number; connections: Socket[] }> {
  const connections: Socket[] = [];
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    socket.end('hello');
  });
  opened.push(server);
  return { port: await listening(server), connections };
}

async function secureServer(names: { dnsNames: string[]; ips: string[] }, options: { expired?: boolean } = {}): Promise<{ port: number; names: (string | false | null)[] }> {
  const now = options.expired === true ? Date.now() - 10 * HOUR : Date.now();
  const identity = await mintServing({ authority, ...names, now, lifetime: HOUR });
  const seen: (string | false | null)[] = [];
  const server = createTlsServer({ cert: identity.cert, key: identity.key, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    seen.push(socket.servername);
    socket.on('error', () => {});
    socket.end(`alpn ${String(socket.alpnProtocol)}`);
  });
  server.on('tlsClientError', () => {});
  opened.push(server);
  return { port: await listening(server), names: seen };
}

async function text(socket: Socket): Promise<string> {
  let received = '';
  for await (const chunk of socket) received += String(chunk);
  return received;
}

describe('dialling', () => {
  test('connects to the address that was classified, and says how long each step took', async () => {
    const { port } = await plainServer();
    const { socket, address, timing } = await dialer(['127.0.0.1']).dial(permit('http', 'api.example.com', port));
    expect(address).toBe('127.0.0.1');
    expect(socket.remoteAddress).toBe('127.0.0.1');
    expect(Object.keys(timing)).toEqual(['dns', 'connect']);
    expect(await text(socket)).toBe('hello');
  });

  test('refuses whatever only looks like a permit', async () => {
    const { port, connections } = await plainServer();
    const real = permit('http', 'api.example.com', port);
    const forged = { kind: 'permit', authority: real.authority, facts: real.facts };
    await expect(dialer(['127.0.0.1']).dial(forged as unknown as Permit)).rejects.toThrow('expected a permit that policy evaluation issued');
    expect(connections).toEqual([]);
  });

  test('resolves anew each time: what was public a moment ago may be private now (rebinding)', async () => {
    const { port, connections } = await plainServer();
    const answers = [['127.0.0.1'], ['10.1.2.3']];
    const rebinding = dialer([], { resolver: { resolve: async () => answers.shift() ?? [] } });
    const first = await rebinding.dial(permit('http', 'api.example.com', port));
    first.socket.destroy();
    await expect(rebinding.dial(permit('http', 'api.example.com', port))).rejects.toMatchObject({ reason: 'address-forbidden' });
    expect(connections).toHaveLength(1);
  });

  test.each([
    ['private', ['10.1.2.3'], 'api.example.com resolves to an address that may not be dialled: 10.1.2.3 is'],
    ['metadata', ['169.254.169.254'], '169.254.169.254 is'],
    ['private inside IPv6', ['64:ff9b::a01:203'], '64:ff9b::a01:203 contains 10.1.2.3'],
    ['one bad among good', ['127.0.0.1', '10.1.2.3'], '10.1.2.3 is'],
    ['synthetic', ['198.18.0.7'], 'which is never dialled'],
    ['no address at all', ['not-an-address'], 'which is no address'],
  ])('refuses an answer that is %s, and dials none of it', async (_, answer, words) => {
    const { port, connections } = await plainServer();
    const refused = dialer(answer).dial(permit('http', 'api.example.com', port));
    await expect(refused).rejects.toMatchObject({ name: 'DialFault', reason: 'address-forbidden' });
    await expect(refused).rejects.toThrow(words);
    expect(connections).toEqual([]);
  });

  test('says how to permit a private address, and that nothing permits a synthetic one', async () => {
    await expect(dialer(['10.1.2.3']).dial(permit('http', 'api.example.com', 80))).rejects.toMatchObject({ hint: expect.stringContaining('http.addresses') });
    await expect(dialer(['198.18.0.7']).dial(permit('http', 'api.example.com', 80, ['198.18.0.0/15']))).rejects.not.toHaveProperty('hint');
  });

  test('never dials the proxy itself, by any address of this machine', async () => {
    const { port, connections } = await plainServer();
    for (const address of ['127.0.0.1', '127.0.0.9', '::1', '::ffff:127.0.0.1', '0.0.0.0']) {
      const own = dialer([address], { ownPorts: () => [port] });
      await expect(own.dial(permit('http', 'api.example.com', port, ['0.0.0.0/0', '::/0']))).rejects.toMatchObject({ reason: 'self-connect' });
    }
    expect(connections).toEqual([]);
  });

  test('tries the next address where one takes no connection', async () => {
    const { port } = await plainServer();
    const { address, socket } = await dialer(['127.0.0.2', '127.0.0.1']).dial(permit('http', 'api.example.com', port));
    expect(address).toBe('127.0.0.1');
    socket.destroy();
  });

  test('says of each address why it takes no connection', async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, 'close');
    await expect(dialer(['127.0.0.1', '127.0.0.2']).dial(permit('http', 'api.example.com', port))).rejects.toMatchObject({
      reason: 'upstream-unreachable',
      sentence: `api.example.com does not take connections on port ${port} (127.0.0.1: ECONNREFUSED; 127.0.0.2: ECONNREFUSED)`,
    });
  });

  test('asks no name server about an address', async () => {
    const { port } = await plainServer();
    const literal = createDialer({ resolver: { resolve: async () => { throw new Error('asked'); } }, ca: [], ownPorts: () => [] });
    const { socket, timing } = await literal.dial(permit('http', '127.0.0.1', port));
    expect(Object.keys(timing)).toEqual(['connect']);
    socket.destroy();
    await expect(literal.dial(permit('http', '10.1.2.3', port))).rejects.toThrow('10.1.2.3 is');
  });

  test('passes on what the resolver says', async () => {
    await expect(dialer([]).dial(permit('http', 'api.example.com', 80))).rejects.toMatchObject({ reason: 'name-unresolved' });
  });

  test('ends with the signal, at any step', async () => {
    const silent = createServer((socket) => { socket.on('error', () => {}); });
    opened.push(silent);
    const port = await listening(silent);
    const ended = new AbortController();
    const attempt = dialer(['127.0.0.1'], { ca: [authority.cert] }).dial(permit('https', 'api.example.com', port), ended.signal);
    await once(silent, 'connection');
    ended.abort(new Error('the agent hung up'));
    await expect(attempt).rejects.toThrow('the agent hung up');
    await expect(dialer(['127.0.0.1']).dial(permit('http', 'api.example.com', port), ended.signal)).rejects.toThrow('the agent hung up');
  });
});

describe('dialling over TLS', () => {
  test('names the host, speaks HTTP/1.1 and trusts the CA that it was given', async () => {
    const { port, names } = await secureServer({ dnsNames: ['api.example.com'], ips: [] });
    const { socket, timing } = await dialer(['127.0.0.1'], { ca: [authority.cert] }).dial(permit('https', 'api.example.com', port));
    expect(await text(socket)).toBe('alpn http/1.1');
    expect(names).toEqual(['api.example.com']);
    expect(Object.keys(timing)).toEqual(['dns', 'connect', 'tls']);
  });

  test('verifies an address against the addresses in the certificate, and sends no name', async () => {
    const { port, names } = await secureServer({ dnsNames: [], ips: ['127.0.0.1'] });
    const { socket } = await dialer([], { ca: [authority.cert] }).dial(permit('https', '127.0.0.1', port));
    expect(await text(socket)).toBe('alpn http/1.1');
    expect(names).toEqual([false]);
    await expect(dialer([], { ca: [authority.cert] }).dial(permit('https', '127.0.0.2', port))).rejects.toMatchObject({ reason: expect.stringMatching(/^upstream-un(trusted|reachable)$/) });
  });

  test.each([
    ['of an issuer that nobody vouches for', 'api.example.com', false, false, /^the certificate of api\.example\.com was issued by nobody whom the proxy trusts \(/, '--upstream-ca'],
    ['for another name', 'www.example.com', true, false, /^the certificate that www\.example\.com shows is for other names$/, 'a name that its certificate has'],
    ['that has expired', 'api.example.com', true, true, /^the certificate of api\.example\.com is not valid at this time \(CERT_HAS_EXPIRED\)$/, 'renew'],
  ])('refuses a certificate %s', async (_, name, trusted, expired, sentence, hint) => {
    const { port } = await secureServer({ dnsNames: ['api.example.com'], ips: [] }, { expired });
    const refused = dialer(['127.0.0.1'], { ca: trusted ? [authority.cert] : [] }).dial(permit('https', name, port));
    await expect(refused).rejects.toMatchObject({ reason: 'upstream-untrusted', sentence: expect.stringMatching(sentence), hint: expect.stringContaining(hint) });
  });

  test('says so where the other side speaks no TLS', async () => {
    const { port } = await plainServer();
    await expect(dialer(['127.0.0.1'], { ca: [authority.cert] }).dial(permit('https', 'api.example.com', port))).rejects.toMatchObject({
      reason: 'upstream-unreachable',
      sentence: expect.stringContaining('the TLS handshake with api.example.com failed'),
    });
  });

  test('does not wait for ever for a handshake', async () => {
    const silent = createServer((socket) => { socket.on('error', () => {}); });
    opened.push(silent);
    const port = await listening(silent);
    const impatient = dialer(['127.0.0.1'], { ca: [authority.cert], timeouts: { handshake: 50 } });
    await expect(impatient.dial(permit('https', 'api.example.com', port))).rejects.toMatchObject({ reason: 'upstream-timeout', sentence: 'api.example.com did not finish its TLS handshake within 50 ms' });
  });

  test.each([
    ['no certificate', 'hello'],
    ['one that cannot be read', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('refuses at once to trust %s', (_, pem) => {
    expect(() => dialer([], { ca: [pem] })).toThrow(expect.objectContaining({ code: 'pem-invalid' }));
  });
});
