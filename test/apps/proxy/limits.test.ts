import { expect, test } from 'vitest';
import { startToolServer } from '../../fakes/tool-server.ts';
import { answerTo, policyOf, request, startWorld, type Answer, type World } from './harness.ts';

async function worldOf(rules: string, more = '', mode = 'enforce'): Promise<{ world: World; port: number }> {
  const server = await startToolServer({ hosts: [] });
  const policy = policyOf(`
- name: api
  http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.0/8], tls: "off"}
  ${more}
  rules: ${rules}`, 1, mode);
  return { world: await startWorld({ policy, capturedPort: server.port }), port: server.port };
}

async function post(world: World, port: number, body: string, type = 'application/json'): Promise<Answer> {
  const socket = await world.enter('captured-plain', 'api.example.com');
  const sent = request(socket, { method: 'POST', path: '/items', headers: { host: `api.example.com:${port}`, 'content-type': type, 'content-length': Buffer.byteLength(body) } });
  sent.end(body);
  return await answerTo(sent);
}

const reasonOf = ({ body }: Answer): string => (JSON.parse(String(body)) as { reason: string }).reason;

test('a rate is kept, and who exceeds it is told when to come again', async () => {
  const { world, port } = await worldOf('[{name: post, allow: {methods: [POST]}, limit: 2/h}]');
  expect([(await post(world, port, '{}')).status, (await post(world, port, '{}')).status]).toEqual([200, 200]);
  const third = await post(world, port, '{}');
  expect([third.status, reasonOf(third)]).toEqual([429, 'limit-reached']);
  expect(Number(third.headers['retry-after'])).toBeGreaterThan(1_700);
  expect(world.records.intents.at(-1)).toMatchObject({ decision: 'deny', reason: 'limit-reached', rule: { rule: 'post' }, sentence: 'rule post of tool api in agents/triage lets 2 calls pass in an hour, and they were made.' });
});

test('a condition on the body is judged by the whole of it', async () => {
  const { world, port } = await worldOf('[{allow: {methods: [POST]}, when: size(request.json.title) < 5}]');
  expect((await post(world, port, '{"title": "abc"}')).status).toBe(200);
  for (const [body, reason] of [['{"title": "abcdef"}', 'no-rule-matched'], ['{}', 'condition-failed'], ['', 'condition-failed']] as const) {
    expect(reasonOf(await post(world, port, body))).toBe(reason);
  }
});

test('a body that rules have to see is refused beyond what they may see (E23)', async () => {
  const { world, port } = await worldOf('[{allow: {methods: [POST]}, when: size(request.json.title) < 5}]', 'limits: {inspect: 20}');
  const answer = await post(world, port, `{"title": "abc", "more": "${'x'.repeat(40)}"}`);
  expect([answer.status, reasonOf(answer)]).toEqual([413, 'body-too-large']);
});

test('bytes of a day are counted, those of the head too', async () => {
  const { world, port } = await worldOf('[]', 'access: full\n  limits: {bytesPerDay: 400}');
  expect((await post(world, port, '{}')).status).toBe(200);
  const answer = await post(world, port, JSON.stringify('x'.repeat(400)));
  expect([answer.status, reasonOf(answer)]).toEqual([429, 'limit-reached']);
});

test('where policy only observes, a body that it cannot judge passes', async () => {
  const { world, port } = await worldOf('[{allow: {methods: [POST]}, when: size(request.json.title) < 5}]', 'limits: {inspect: 20}', 'observe');
  expect((await post(world, port, `{"more": "${'x'.repeat(40)}"}`)).status).toBe(200);
  expect(world.records.intents.at(-1)).toMatchObject({ decision: 'permit', reason: 'observed', wouldBe: { reason: 'condition-failed' } });
});
