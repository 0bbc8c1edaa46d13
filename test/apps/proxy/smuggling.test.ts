import { describe, expect, test } from 'vitest';
import { startToolServer } from '../../fakes/tool-server.ts';
import { policyOf, readUntil, startWorld } from './harness.ts';

const INNER = 'GET /smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n';

/** Each is sent as it is on an open way to `api.example.com`; HOST stands for the right Host. */
const ATTEMPTS: readonly (readonly [title: string, bytes: string, reason: string])[] = [
  ['a length and chunks', `POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${INNER}`, 'request-malformed'],
  ['chunks and a length', `POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${INNER}`, 'request-malformed'],
  ['two lengths', `POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\nContent-Length: 41\r\n\r\n${INNER}`, 'request-malformed'],
  ['two equal lengths', `POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n${INNER}`, 'request-malformed'],
  ['a list of lengths', `POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0, 41\r\n\r\n${INNER}`, 'request-malformed'],
  ['a signed length', `POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: +0\r\n\r\n${INNER}`, 'request-malformed'],
  ['a length with a leading zero', `POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 00\r\n\r\n${INNER}`, 'request-malformed'],
  ['an encoding that only some know', `POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${INNER}`, 'request-malformed'],
  ['chunked twice', `POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${INNER}`, 'request-malformed'],
  ['a space before the colon', `POST / HTTP/1.1\r\nHost: HOST\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${INNER}`, 'request-malformed'],
  ['a folded field', `POST / HTTP/1.1\r\nHost: HOST\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n${INNER}`, 'request-malformed'],
  ['a bare line feed', `GET / HTTP/1.1\nHost: HOST\n\n${INNER}`, 'request-malformed'],
  ['a bare carriage return in a value', `GET / HTTP/1.1\r\nHost: HOST\r\nX: a\rGET /smuggled HTTP/1.1\r\n\r\n`, 'request-malformed'],
  ['a NUL in a value', `GET / HTTP/1.1\r\nHost: HOST\r\nX: a\0b\r\n\r\n`, 'request-malformed'],
  ['two Hosts', `GET / HTTP/1.1\r\nHost: HOST\r\nHost: denied.example.com\r\n\r\n`, 'host-malformed'],
  ['no Host', `GET / HTTP/1.1\r\n\r\n`, 'host-malformed'],
  ['a Host with user information', `GET / HTTP/1.1\r\nHost: api.example.com@denied.example.com\r\n\r\n`, 'host-malformed'],
  ['a Host with a NUL', `GET / HTTP/1.1\r\nHost: api.example.com\0.denied.example.com\r\n\r\n`, 'request-malformed'],
  ['HTTP/2 without asking', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n`, 'protocol-unknown'],
  ['HTTP/0.9', `GET /smuggled\r\n\r\n`, 'request-malformed'],
  ['a fragment', `GET /#/../smuggled HTTP/1.1\r\nHost: HOST\r\n\r\n`, 'request-malformed'],
  ['h2c by upgrade', `GET /smuggled HTTP/1.1\r\nHost: HOST\r\nConnection: upgrade, http2-settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`, 'upgrade-refused'],
  ['CONNECT inside a tunnel', `CONNECT denied.example.com:443 HTTP/1.1\r\nHost: denied.example.com:443\r\n\r\n`, 'request-malformed'],
];

describe.each(['connect-plain', 'captured-plain', 'connect-tls', 'captured-tls'] as const)('%s', (way) => {
  test.each(ATTEMPTS)('%s: refused with its reason, and nothing of it gets upstream', async (_, bytes, reason) => {
    const server = await startToolServer({ hosts: way.endsWith('tls') ? ['api.example.com'] : [] });
    const world = await startWorld({
      ca: server.ca === '' ? [] : [server.ca],
      capturedPort: server.port,
      policy: policyOf(`- {name: api, http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.0/8], tls: ${server.ca === '' ? '"off"' : 'intercept'}}, access: full}`),
    });
    const socket = await world.enter(way, 'api.example.com', { port: server.port });
    socket.write(bytes.replaceAll('HOST', `api.example.com:${server.port}`), 'latin1');
    const text = await readUntil(socket, '}\n');

    expect(text).toContain(`"reason": "${reason}"`);
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', reason });
    expect(server.calls).toEqual([]);
  });
});
