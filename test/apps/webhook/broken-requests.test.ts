import http from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answerBrokenRequests } from '../../../src/apps/webhook/broken-requests.ts';

let server: http.Server;

beforeEach(async () => {
  server = http.createServer({ headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 }, (request, response) => {
    if (request.url === '/half') response.write('half');
    else request.resume().on('end', () => response.end('ok'));
  });
  answerBrokenRequests(server);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
});

afterEach(() => {
  server.close().closeAllConnections();
});

/** All that comes back on one connection until it ends. */
async function say(text: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let got = '';
  socket.on('data', (part) => { got += String(part); }).on('error', () => undefined);
  socket.write(text);
  await new Promise((resolve) => { socket.once('close', resolve); });
  return got;
}

const head = 'POST /validate HTTP/1.1\r\nHost: x\r\n';

describe('a request that never becomes whole', () => {
  test.each([
    ['a connection that never says anything', '', 408, 'Timeout', 'expected the whole request within seconds'],
    ['a head that dawdles', head, 408, 'Timeout', 'expected the whole request within seconds'],
    ['a body that dawdles', `${head}Content-Length: 10\r\n\r\n{`, 408, 'Timeout', 'expected the whole request within seconds'],
    ['two lengths', `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400, 'BadRequest', 'expected one HTTP/1.1 request'],
    ['an endless head', `${head}A: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'RequestEntityTooLarge', 'expected a head of at most 16 KiB'],
    ['no HTTP', '\x16\x03\x01\x02\x00', 400, 'BadRequest', 'expected one HTTP/1.1 request'],
  ])('%s is answered as a Status', async (_, text, code, reason, sentence) => {
    const [lines, body] = (await say(text)).split('\r\n\r\n');
    expect(lines).toMatch(new RegExp(`^HTTP/1\\.1 ${code} [^\r]+\r\nConnection: close\r\n`));
    expect(JSON.parse(body ?? '')).toEqual({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message: expect.stringContaining(sentence) });
  });

  test('is cut where its answer has begun', async () => {
    expect(await say('POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{')).not.toContain('Status');
  });
});
