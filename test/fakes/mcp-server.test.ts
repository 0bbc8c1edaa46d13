import { expect, onTestFinished, test } from 'vitest';
import { fakeMcpServer, type FakeMcpOptions } from './mcp-server.ts';
import { startToolServer } from './tool-server.ts';

async function asked(options: FakeMcpOptions, message: object): Promise<{ status: number; headers: Headers; text: string }> {
  const upstream = await startToolServer({ hosts: [], answer: fakeMcpServer(options).answer });
  onTestFinished(async () => { await upstream.close(); });
  const response = await fetch(`http://127.0.0.1:${upstream.port}/mcp`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const message = (method: string, params: object = {}): object => ({ jsonrpc: '2.0', id: 1, method, params });

test.each([
  ['sessions', 'initialize', '"protocolVersion":"2025-11-25"'],
  ['stateless', 'initialize', '"code":-32601'],
  ['stateless', 'server/discover', '"supportedVersions":["2026-07-28"]'],
  ['sessions', 'server/discover', '"code":-32601'],
  ['stateless', 'tools/list', '"resultType":"complete"'],
] as const)('a server of the era "%s" answers %s as that era does', async (era, method, expected) => {
  expect((await asked({ era }, message(method))).text).toContain(expected);
});

test('only sessions have an id', async () => {
  expect((await asked({ era: 'sessions' }, message('initialize'))).headers.get('mcp-session-id')).toBe('session-1');
});

test('a stateless server asks inside of its result, and is content with an answer', async () => {
  expect((await asked({ era: 'stateless' }, message('tools/call', { name: 'ask' }))).text).toContain('"inputRequests"');
  expect((await asked({ era: 'stateless' }, message('tools/call', { name: 'ask', inputResponses: {} }))).text).toContain('"content"');
});

test('a server that streams sends progress first', async () => {
  const { headers, text } = await asked({ era: 'sessions', streams: true }, message('tools/list'));
  expect(headers.get('content-type')).toBe('text/event-stream');
  expect(text).toMatch(/progress.*\n\nevent: message\ndata: .*tools/s);
});

test('a notification is accepted without an answer', async () => {
  expect((await asked({ era: 'sessions' }, { jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
});
