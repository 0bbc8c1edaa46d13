import { describe, expect, test } from 'vitest';
import { startToolServer } from '../../fakes/tool-server.ts';
import { ENTRIES, policyOf, schemeOf, startWorld, type Way, WAYS, type World } from './harness.ts';

/** Policies for both schemes of one test server: what is asked and what is said must not depend on the way in. */
async function worldFor(way: Way): Promise<{ world: World; calls: () => number; port: number }> {
  const secure = schemeOf(way) === 'https';
  const server = await startToolServer({ hosts: secure ? ['api.example.com'] : [] });
  const tls = secure ? 'intercept' : '"off"';
  const world = await startWorld({
    ca: secure ? [server.ca] : [],
    capturedPort: server.port,
    policy: policyOf(`
- name: api
  http: {hosts: [api.example.com], ports: [${server.port}], addresses: [127.0.0.0/8], tls: ${tls}}
  access: read-only
  rules:
  - name: post
    allow: {methods: [POST], paths: [/items/*]}
  - name: any
    allow: {paths: [/any]}
  - name: secret
    deny: {paths: [/secret/**]}
    reason: nobody reads secrets
  - name: merge
    hold: {methods: [PUT], paths: [/merge]}
    reason: a person merges
- name: metadata
  http: {hosts: [other.example.com], ports: [${server.port}], tls: ${tls}}
  access: full`),
  });
  return { world, calls: () => server.calls.length, port: server.port };
}

interface Case {
  readonly title: string;
  readonly host?: string;
  readonly method?: string;
  readonly path: string;
  readonly status: number;
  readonly reason: string;
  readonly decision: 'permit' | 'deny' | 'hold';
  readonly rule?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const CASES: readonly Case[] = [
  { title: 'a GET that access allows', path: '/items', status: 200, reason: 'allowed-by-access', decision: 'permit', rule: 'access' },
  { title: 'a POST that a rule allows', method: 'POST', path: '/items/1', body: 'x', status: 200, reason: 'allowed-by-rule', decision: 'permit', rule: 'post' },
  { title: 'a path that a rule denies', path: '/secret/1', status: 403, reason: 'denied-by-rule', decision: 'deny', rule: 'secret' },
  { title: 'a call that needs a person', method: 'PUT', path: '/merge', body: 'x', status: 403, reason: 'held-by-rule', decision: 'hold', rule: 'merge' },
  { title: 'a method that nothing allows', method: 'DELETE', path: '/items/1', status: 403, reason: 'no-rule-matched', decision: 'deny' },
  { title: 'a host that no tool lists', host: 'denied.example.com', path: '/', status: 403, reason: 'host-not-listed', decision: 'deny' },
  { title: 'a path with an encoded slash', path: '/items%2f..%2fsecret', status: 400, reason: 'path-ambiguous', decision: 'deny' },
  { title: 'a path with a dot segment', path: '/items/../secret/1', status: 400, reason: 'path-ambiguous', decision: 'deny' },
  { title: 'a method that is never forwarded, whatever is allowed', method: 'TRACE', path: '/any', status: 400, reason: 'request-malformed', decision: 'deny' },
  { title: 'a header that asks for two methods', path: '/items', headers: { 'x-http-method-override': 'DELETE, GET' }, status: 400, reason: 'request-malformed', decision: 'deny' },
  { title: 'an upgrade', path: '/items', headers: { connection: 'upgrade', upgrade: 'websocket' }, status: 403, reason: 'upgrade-refused', decision: 'deny' },
  { title: 'a Host of another server', path: '/items', headers: { host: 'denied.example.com' }, status: 421, reason: 'authority-mismatch', decision: 'deny' },
];

describe.each(WAYS)('%s', (way) => {
  test.each(CASES)('$title: $status $reason', async ({ host = 'api.example.com', method = 'GET', path, status, reason, decision, rule, body, headers }) => {
    const { world, calls, port } = await worldFor(way);
    const answer = await world.ask(way, host, { method, path, port, ...(body !== undefined && { body }), ...(headers && { headers }) });

    const intent = await world.records.intent();
    expect(intent).toMatchObject({ kind: 'intent', agent: { agent: 'triage' }, entry: ENTRIES[way], decision, reason });
    expect(answer.status).toBe(status);
    expect(answer.headers['sallyport-call']).toBe(intent.call);
    expect(intent.rule?.rule).toBe(rule);
    if (decision === 'permit') {
      expect(answer.body).toBe(`${method} ${path} ${body ?? ''}`);
      expect(await world.records.outcome()).toMatchObject({ call: intent.call, result: 'completed', status: 200, upstream: `127.0.0.1:${port}` });
      return;
    }
    expect(calls()).toBe(0);
    expect(answer.problem).toMatchObject({ reason, status, call: intent.call });
    expect(answer.problem?.detail).toBe(decision === 'hold' ? `${intent.sentence} Nobody can be asked, so it is refused.` : intent.sentence);
    expect(answer.problem?.hint).toMatch(/\.$/);
    expect(world.records.outcomes).toEqual([]);
  });

  test('an address that the tool does not list is resolved, classified and not dialled', async () => {
    const { world, calls, port } = await worldFor(way);
    const answer = await world.ask(way, 'other.example.com', { port });

    expect(answer.status).toBe(403);
    expect(answer.problem?.reason).toBe('address-forbidden');
    expect(calls()).toBe(0);
    expect(await world.records.intent()).toMatchObject({ decision: 'permit', entry: ENTRIES[way] });
    expect(await world.records.outcome()).toMatchObject({ result: 'failed', reason: 'address-forbidden' });
  });

  test('without a record nothing is done', async () => {
    const { world, calls, port } = await worldFor(way);
    world.records.before = () => { throw new Error('no space left on device'); };
    const answer = await world.ask(way, 'api.example.com', { path: '/items', port });

    expect(answer.status).toBe(503);
    expect(answer.problem?.reason).toBe('record-unavailable');
    expect(calls()).toBe(0);
    expect(world.records.drafts.filter(({ kind }) => kind !== 'notice')).toEqual([]);
  });

  test('without a policy everything is denied', async () => {
    const { world, calls, port } = await worldFor(way);
    world.source.change(undefined);
    const answer = await world.ask(way, 'api.example.com', { path: '/items', port });

    expect(answer).toMatchObject({ status: 403, problem: { reason: 'policy-missing' } });
    expect(await world.records.intent()).toMatchObject({ decision: 'deny', reason: 'policy-missing', entry: ENTRIES[way] });
    expect((await world.records.intent()).policy).toBeUndefined();
    expect(calls()).toBe(0);
  });

  test('under a policy that lists no host everything is denied', async () => {
    const { world, calls, port } = await worldFor(way);
    world.source.change(policyOf('- {name: none, http: {hosts: [], ports: [443]}, access: full}', 2));
    const answer = await world.ask(way, 'api.example.com', { path: '/items', port });

    expect(answer.problem?.reason).toBe('host-not-listed');
    expect(calls()).toBe(0);
  });

  test('calls that change something wait for the record to be synced, others do not', async () => {
    const { world, port } = await worldFor(way);
    await world.ask(way, 'api.example.com', { path: '/items', port });
    await world.ask(way, 'api.example.com', { method: 'POST', path: '/items/1', body: 'x', port });

    const intents = world.records.drafts.flatMap((draft, index) => (draft.kind === 'intent' ? [world.records.durabilities[index]] : []));
    expect(intents).toEqual(['written', 'synced']);
  });
});
