import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CredentialParts } from '../../../src/apps/proxy/credential-calls.ts';
import { GENESIS } from '../../../src/core/evidence/leaf.ts';
import { writeLine } from '../../../src/core/evidence/write-line.ts';
import { Placeholders } from '../../../src/core/traffic/credential/placeholder.ts';
import { startToolServer, type ToolServer, type ToolServerOptions } from '../../fakes/tool-server.ts';
import { policyOf, readUntil, schemeOf, startWorld, WAYS, type World } from './harness.ts';

const HOST = 'api.example.com';
const SECRET = 'sk-"live"/0123456789+abcdef';
const stamp = { v: 1, epoch: 1, seq: 1, prev: GENESIS, time: '2026-01-01T00:00:00.000Z' } as const;

interface Prepared {
  readonly world: World;
  readonly server: ToolServer;
  readonly placeholder: string;
  readonly secrets: Map<string, ReadonlyMap<string, string> | { readonly fault: string }>;
}

async function set(credential: string, options: Partial<ToolServerOptions> & { readonly more?: string; readonly without?: boolean } = {}): Promise<Prepared> {
  const { more = '', without = false, ...served } = options;
  const server = await startToolServer({ hosts: [HOST], ...served });
  onTestFinished(async () => { await server.close(); });
  const secrets: Prepared['secrets'] = new Map([['crm', new Map([['token', SECRET]])]]);
  const placeholders = new Placeholders(randomBytes);
  const credentials: CredentialParts = { placeholders, now: () => Date.UTC(2015, 7, 30, 12, 36), secrets: { read: (secret) => secrets.get(secret) ?? { fault: `/secrets/${secret}/token cannot be read (there is no such file or folder)` } } };
  const tls = server.ca === '' ? 'tls: "off", ' : '';
  const tool = (name: string, host: string, rest: string): string => `- {name: ${name}, http: {hosts: [${host}], ${tls}ports: [${server.port}], addresses: [127.0.0.0/8]}, access: full${rest}}`;
  const policy = policyOf([tool('api', HOST, `, credential: {${credential}}${more}`), tool('other', 'other.example.com', '')].join('\n'));
  const world = await startWorld({ policy, ca: server.ca === '' ? [] : [server.ca], capturedPort: server.port, ports: without ? {} : { credentials } });
  onTestFinished(() => { expectNoSecret(world); });
  return { world, server, secrets, placeholder: placeholders.of('API_TOKEN') };
}

/** Everything that the proxy leaves behind. */
function expectNoSecret({ records, logged, proxy }: World): void {
  const bodies = [...records.bodies.values()].map((body) => body.toString('latin1'));
  const all = [...records.drafts.map((draft) => writeLine(draft, stamp)), ...bodies, ...logged, proxy.metrics()].join('\n');
  for (const piece of [SECRET, JSON.stringify(SECRET).slice(1, -1), encodeURIComponent(SECRET), '0123456789']) expect(all).not.toContain(piece);
}

const HEADER = 'secret: crm, header: Authorization, value: "Bearer {token}", env: API_TOKEN';
const json = (body: unknown): { readonly method: string; readonly headers: Record<string, string>; readonly body: string } => {
  const text = JSON.stringify(body);
  return { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }, body: text };
};

describe('a credential', () => {
  test.each(WAYS)('is set by %s, whatever the agent sent, and stands in the record by its name', async (way) => {
    const { world, server } = await set(HEADER, schemeOf(way) === 'http' ? { hosts: [] } : {});
    const answer = await world.ask(way, HOST, { headers: { authorization: 'Bearer agent\'s own', 'accept-encoding': 'gzip' } });
    expect(answer.status).toBe(200);
    expect(server.calls[0]?.headers).toMatchObject({ authorization: `Bearer ${SECRET}`, 'accept-encoding': 'identity' });
    expect(await world.records.outcome()).toMatchObject({ result: 'completed', credential: 'crm' });
  });

  test('is set at its paths alone', async () => {
    const { world, server } = await set(`${HEADER}, paths: [/v1/**]`);
    await world.ask('captured-tls', HOST, { path: '/v1/a' });
    await world.ask('captured-tls', HOST, { path: '/v2/a', headers: { authorization: 'own' } });
    expect(server.calls.map(({ headers }) => headers['authorization'])).toEqual([`Bearer ${SECRET}`, 'own']);
    expect(await world.records.outcome(1)).not.toHaveProperty('credential');
  });

  test('takes the place of its placeholder in a query, of which the record holds the placeholder', async () => {
    const { world, server, placeholder } = await set('secret: crm, in: query, name: q, value: "{token}", env: API_TOKEN');
    expect((await world.ask('captured-tls', HOST, { path: `/a?q=${placeholder}&b=1` })).status).toBe(200);
    expect(server.calls[0]?.url).toBe(`/a?q=${encodeURIComponent(SECRET)}&b=1`);
    expect(await world.records.intent()).toMatchObject({ query: `q=${placeholder}&b=1` });
  });

  test('takes the place of its placeholder in a body, whose length is told anew', async () => {
    const { world, server, placeholder } = await set('secret: crm, in: body, name: key, value: "{token}", env: API_TOKEN');
    expect((await world.ask('captured-tls', HOST, json({ key: placeholder, n: 1 }))).status).toBe(200);
    expect(JSON.parse(server.calls[0]?.body ?? '')).toEqual({ key: SECRET, n: 1 });
    const outcome = await world.records.outcome();
    expect(outcome).toMatchObject({ credential: 'crm' });
    expect(world.records.bodies.get(`${outcome.call} request`)?.toString()).toContain(placeholder);
  });

  test('is the new one as soon as there is one', async () => {
    const { world, server, secrets } = await set(HEADER);
    await world.ask('captured-tls', HOST);
    secrets.set('crm', new Map([['token', 'another-secret']]));
    await world.ask('captured-tls', HOST);
    expect(server.calls.map(({ headers }) => headers['authorization'])).toEqual([`Bearer ${SECRET}`, 'Bearer another-secret']);
  });
});

test('a request is signed for AWS, with keys that are in neither the record nor the answer', async () => {
  const { world, server, secrets } = await set('secret: aws, aws: {service: bedrock, region: eu-west-1}', {
    answer: (call, response) => { response.end(`${call.headers['x-amz-security-token']?.toString() ?? ''} ${SECRET}`); },
  });
  secrets.set('aws', new Map([['AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE'], ['AWS_SECRET_ACCESS_KEY', SECRET], ['AWS_SESSION_TOKEN', 'session-0123456789']]));
  const answer = await world.ask('captured-tls', HOST, { ...json({ prompt: 'a' }), path: '/model/a/invoke?b=1' });
  expect(answer.body).toMatch(/^\*{18} \*+$/);
  expect(server.calls[0]?.headers).toMatchObject({
    'x-amz-date': '20150830T123600Z', 'x-amz-security-token': 'session-0123456789',
    authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=/) as string,
  });
  expect(await world.records.outcome()).toMatchObject({ credential: 'aws', redactions: { credential: 2 } });
  secrets.set('aws', new Map([['AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE'], ['AWS_SECRET_ACCESS_KEY', '']]));
  expect((await world.ask('captured-tls', HOST)).problem?.detail).toBe('The credential aws cannot be set: its AWS_SECRET_ACCESS_KEY is shorter than the 8 characters that a secret has to have.');
});

describe('a call is refused', () => {
  test.each([
    ['that is not there', { fault: '/secrets/crm/token cannot be read (permission denied)' }, 'The credential crm cannot be set: /secrets/crm/token cannot be read (permission denied).'],
    ['that a header cannot carry', new Map([['token', `${SECRET}\r\nx: y`]]), 'The credential crm cannot be set: it holds characters that the header authorization cannot carry.'],
    ['that is too short', new Map([['token', '0123456']]), 'The credential crm cannot be set: it is shorter than the 8 characters that a secret has to have.'],
  ])('whose credential is one %s', async (_, values, detail) => {
    const { world, server, secrets } = await set(HEADER);
    secrets.set('crm', values);
    const answer = await world.ask('captured-tls', HOST);
    expect(answer).toMatchObject({ status: 503, problem: { reason: 'credential-unavailable', detail } });
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', reason: 'credential-unavailable', sentence: detail });
    expect(server.calls).toEqual([]);
    expect(answer.body).not.toContain('0123456');
  });

  test('whose credential nobody gave to the proxy', async () => {
    const { world } = await set(HEADER, { without: true });
    expect((await world.ask('captured-tls', HOST)).problem).toMatchObject({ reason: 'credential-unavailable', detail: 'The credential crm cannot be set: the proxy was started without secrets.' });
  });

  test.each<[string, (placeholder: string) => Parameters<World['ask']>[2]]>([
    ['in a header', (placeholder) => ({ headers: { 'x-key': placeholder } })],
    ['in the query', (placeholder) => ({ path: `/a?b=${placeholder}` })],
    ['in a password', (placeholder) => ({ headers: { authorization: `Basic ${Buffer.from(`a:${placeholder}`).toString('base64')}` } })],
  ])('that carries a placeholder to another host %s', async (_, call) => {
    const { world, server, placeholder } = await set(HEADER);
    const answer = await world.ask('captured-tls', 'other.example.com', call(placeholder));
    expect(answer).toMatchObject({ status: 403, problem: { reason: 'credential-misplaced', detail: 'The call carries the placeholder of API_TOKEN, which stands for a credential of another place.' } });
    expect(server.calls).toEqual([]);
    expect((await world.ask('captured-tls', 'other.example.com')).problem?.reason).toBe('upstream-untrusted');
  });

  test('that carries a placeholder to another path of its host', async () => {
    const { world, placeholder } = await set(`${HEADER}, paths: [/v1/**]`);
    expect((await world.ask('captured-tls', HOST, { path: '/v2', headers: { authorization: placeholder } })).problem?.reason).toBe('credential-misplaced');
    expect((await world.ask('captured-tls', HOST, { path: '/v1/a', headers: { authorization: placeholder } })).status).toBe(200);
  });
});

describe('an echo', () => {
  test('is covered in headers, the status text, bodies and trailers, wherever the pieces end, and counted', async () => {
    const { world } = await set(HEADER, {
      handle: (request, response) => {
        const echo = `{"auth":${JSON.stringify(request.headers.authorization)}}`;
        response.writeHead(200, `OK ${SECRET.slice(0, 3)}${SECRET.slice(3)}`, { 'x-echo': request.headers.authorization, trailer: 'x-late', 'transfer-encoding': 'chunked' });
        response.addTrailers({ 'x-late': request.headers.authorization ?? '' });
        let sent = 0;
        const more = (): void => {
          if (sent === echo.length) return void response.end();
          response.write(echo[sent]);
          sent += 1;
          setImmediate(more);
        };
        more();
      },
    });
    const answer = await world.ask('captured-tls', HOST);
    expect(answer.body).toMatch(/^\{"auth":"Bearer \*+"\}$/);
    expect(answer.headers['x-echo']).toMatch(/^Bearer \*+$/);
    expect(JSON.stringify([answer.headers, answer.trailers])).not.toContain('0123456789');
    expect((await world.records.outcome()).redactions).toEqual({ credential: 4 });
  });

  test('keeps the length that was announced', async () => {
    const { world } = await set(HEADER, { handle: (request, response) => { response.end(request.headers.authorization); } });
    const answer = await world.ask('captured-tls', HOST);
    expect(answer.headers['content-length']).toBe(String(`Bearer ${SECRET}`.length));
    expect(answer.body).toBe(`Bearer ${'*'.repeat(SECRET.length)}`);
  });

  test('does not come in an early hint', async () => {
    const { world } = await set(HEADER, {
      handle: (request, response) => {
        response.writeEarlyHints({ link: '</a>; rel=preload', 'x-echo': request.headers.authorization ?? '' });
        response.end('done');
      },
    });
    const socket = await world.enter('captured-tls', HOST, { port: portOf(world) });
    socket.write(`GET / HTTP/1.1\r\nhost: ${HOST}:${portOf(world)}\r\n\r\n`);
    expect(await readUntil(socket, 'done')).toMatch(/^HTTP\/1.1 200 /);
  });

  test('cannot hide in an encoding', async () => {
    const { world } = await set(HEADER, {
      handle: (request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.end(gzipSync(request.headers.authorization ?? ''));
      },
    });
    expect((await world.ask('captured-tls', HOST)).problem).toMatchObject({ reason: 'upstream-malformed', detail: expect.stringContaining('an echo of the credential could not be told in it') as string });
  });
});

test('nothing of it is left behind by an upstream that fails', async () => {
  const { world } = await set(HEADER, { handle: (request) => { request.socket.destroy(); } });
  const answer = await world.ask('captured-tls', HOST);
  expect(answer.status).toBe(502);
  expect(answer.body).not.toContain('0123456789');
  expect(await world.records.outcome()).toMatchObject({ result: 'failed' });
});

function portOf({ source }: World): number {
  return source.current()?.policies[0]?.spec.tools[0]?.http?.ports?.[0] ?? 443;
}
