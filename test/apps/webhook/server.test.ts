import https from 'node:https';
import { connect as tcp } from 'node:net';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type KeptAuthority, mintAuthority, mintServing } from '../../../src/adapters/certificates/serving.ts';
import type { Certificate, Facts, Labels } from '../../../src/apps/webhook/ports.ts';
import type { Fact } from '../../../src/core/terms/fact.ts';
import { type RunningWebhook, startWebhook } from '../../../src/apps/webhook/start.ts';
import { BUILT_IN_PROFILES } from '../../../src/core/policy/profile.ts';
import { reviewOf } from './review.ts';
import { NO_OBJECTS } from './no-objects.ts';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

const REASONS: Record<number, string> = { 400: 'BadRequest', 413: 'RequestEntityTooLarge', 415: 'UnsupportedMediaType' };
const JSON_TYPE = { 'content-type': 'application/json' };
const authority: KeptAuthority = await mintAuthority({ commonName: 'Test CA', now: Date.now(), lifetime: 3_600_000 });
const mint = (lifetime = 3_600_000) => mintServing({ authority, dnsNames: ['localhost'], ips: ['127.0.0.1'], now: Date.now(), lifetime });

let webhook: RunningWebhook;
let labels: (signal: AbortSignal) => Promise<Fact<Labels>>;
let changed: (certificate: Certificate) => void;
let lines: { fields: Record<string, unknown>; message: string }[];
let missing: string[];

const facts: Facts = {
  ...NO_OBJECTS,
  namespaceLabels: (_, signal) => labels(signal),
  agentNamespaces: () => ['agents'],
  profile: () => ({ known: true, value: BUILT_IN_PROFILES.contained }),
  injection: () => ({ known: false, sentence: 'The controller is not up yet.' }),
  missing: () => missing,
};

beforeEach(async () => {
  [lines, missing] = [[], []];
  labels = () => Promise.resolve({ known: true, value: { 'sallyport.dev/agents': 'enforce' } });
  const certificate = await mint();
  const note = (fields: object, message: string): void => void lines.push({ fields: { ...fields }, message });
  const loopback = { host: '127.0.0.1', port: 0 };
  webhook = await startWebhook({ listen: loopback, health: loopback }, {
    facts,
    certificate: { current: () => certificate, onChange: (listener) => ((changed = listener), () => undefined) },
    log: { info: note, warn: note, error: note },
  });
});

afterEach(async () => {
  await webhook.close();
});

function ask(path: string, body: string | Uint8Array | undefined, headers: Record<string, string> = JSON_TYPE, options: https.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = https.request({ host: '127.0.0.1', port: webhook.address.port, path, method: 'POST', ca: authority.cert, headers, agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => { text += part; });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

const health = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${webhook.healthPort}${path}`);
  return { status: response.status, text: await response.text() };
};

const review = (request: Readonly<Record<string, unknown>> = {}) => JSON.stringify(reviewOf(request));
const responseOf = (answer: Answer) => (JSON.parse(answer.text) as { response: { uid: string; allowed: boolean; status?: { message: string; code: number } } }).response;

/** A policy that cannot be put in force. */
const POLICY = { kind: { group: 'sallyport.dev', version: 'v1alpha1', kind: 'AgentPolicy' }, object: { apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name: 'bare', namespace: 'agents' }, spec: { tools: 1 } } };

describe('an object of our own kinds', () => {
  const PROFILE = { kind: { group: 'sallyport.dev', version: 'v1alpha1', kind: 'SandboxProfile' }, namespace: undefined, object: { apiVersion: 'sallyport.dev/v1alpha1', kind: 'SandboxProfile', metadata: { name: 'bare' }, spec: { maxLifetimeSeconds: 60 } } };

  test('is judged by itself, whatever is known of its namespace', async () => {
    labels = () => Promise.reject(new Error('nobody asked'));
    expect(responseOf(await ask('/validate', review(PROFILE)))).toMatchObject({ allowed: true });
    expect(responseOf(await ask('/validate', review(POLICY)))).toMatchObject({
      allowed: false,
      status: { code: 403, message: expect.stringContaining('Sallyport refused AgentPolicy bare in namespace agents: 1 fault\n- [policy] spec.tools: '), details: { causes: [{ reason: 'policy-unreadable', field: 'spec.tools' }] } },
    });
  });

  test('of a kind of our group that this version has not is denied', async () => {
    expect(responseOf(await ask('/validate', review({ ...POLICY, kind: { ...POLICY.kind, kind: 'Session' } })))).toMatchObject({ allowed: false, status: { message: expect.stringContaining('"Session"') } });
  });
});

describe('what is no AdmissionReview', () => {
  const large = JSON.stringify(reviewOf({ object: { pad: 'x'.repeat(3 * 1024 * 1024) } }));

  test.each([
    ['no content type', review(), {}, 415, 'content-type', 'expected content type application/json, got "nothing"'],
    ['a form', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'content-type', 'expected content type application/json, got "application/x-www-form-urlencoded"'],
    ['YAML', review(), { 'content-type': 'application/yaml' }, 415, 'content-type', 'got "application/yaml"'],
    ['another charset', review(), { 'content-type': 'application/json; charset=utf-16' }, 415, 'content-type', 'charset=utf-16'],
    ['a compressed body', review(), { ...JSON_TYPE, 'content-encoding': 'gzip' }, 415, 'content-type', 'expected no content encoding, got "gzip"'],
    ['an empty body', '', JSON_TYPE, 400, 'not-json', 'expected one JSON value'],
    ['half an object', '{"apiVersion":', JSON_TYPE, 400, 'not-json', 'expected one JSON value'],
    ['other bytes than UTF-8', Buffer.from([0x22, 0xff, 0x22]), JSON_TYPE, 400, 'not-utf8', 'expected the body in UTF-8'],
    ['a member twice', review().replace('"operation":', '"uid":"x","operation":'), JSON_TYPE, 400, 'duplicate-key', 'got "uid" twice in one object'],
    ['endless nesting', '['.repeat(1_000_000), JSON_TYPE, 400, 'not-json', 'expected one JSON value'],
    ['endless nesting that ends', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, JSON_TYPE, 400, 'too-deep', 'expected at most 100 levels'],
    ['another version', review().replace('k8s.io/v1', 'k8s.io/v1beta1'), JSON_TYPE, 400, 'not-a-review', 'got "admission.k8s.io/v1beta1"'],
    ['another kind', review().replace('AdmissionReview', 'TokenReview'), JSON_TYPE, 400, 'not-a-review', 'got "admission.k8s.io/v1" and "TokenReview"'],
    ['no uid', review({ uid: '' }), JSON_TYPE, 400, 'not-a-review', 'in request.uid, got ""'],
    ['a body over 3 MiB', large, JSON_TYPE, 413, 'too-large', 'expected a body of at most 3145728 bytes'],
    ['a body over 3 MiB in chunks', large, { ...JSON_TYPE, 'transfer-encoding': 'chunked' }, 413, 'too-large', 'expected a body of at most 3145728 bytes'],
  ])('%s is refused', async (_, body, headers, status, code, sentence) => {
    for (const path of ['/validate', '/mutate']) {
      const answer = await ask(path, body, headers);
      expect(answer).toMatchObject({ status, headers: { connection: 'close' } });
      expect(JSON.parse(answer.text)).toEqual({ apiVersion: 'v1', kind: 'Status', status: 'Failure', code: status, reason: REASONS[status], message: expect.stringContaining(sentence) });
      expect(lines.at(-1)?.fields).toMatchObject({ code, status });
    }
    expect(responseOf(await ask('/validate', review()))).toMatchObject({ allowed: false });
  });

  test.each([
    ['GET', '/validate', 405, 'expected POST, got GET'],
    ['PUT', '/mutate', 405, 'expected POST, got PUT'],
    ['POST', '/', 404, 'expected /validate, /mutate or /guard, got "/"'],
    ['POST', '/validate/', 404, 'expected /validate, /mutate or /guard'],
    ['POST', '/Validate', 404, 'expected /validate, /mutate or /guard'],
    ['GET', '/metrics', 404, 'expected /validate, /mutate or /guard'],
  ])('%s %s is refused with %i', async (method, path, status, sentence) => {
    const answer = await ask(path, undefined, JSON_TYPE, { method });
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ kind: 'Status', code: status, message: expect.stringContaining(sentence) });
  });

  test('counts what it refused', async () => {
    await ask('/validate', '{', JSON_TYPE);
    expect((await health('/metrics')).text).toContain('sallyport_admission_unreadable_total{gate="validate",code="not-json"} 1');
  });
});

describe('what cannot be decided', () => {
  test.each(['/validate', '/mutate'])('%s echoes the uid and denies where the namespace is not known', async (path) => {
    labels = () => Promise.resolve({ known: false, sentence: 'The labels of namespace agents are not known.' });
    const response = responseOf(await ask(path, review({ uid: 'u-42' })));
    expect(response).toMatchObject({ uid: 'u-42', allowed: false, status: { message: 'The labels of namespace agents are not known.' } });
  });

  test.each(['/validate', '/mutate'])('%s denies what is in no namespace', async (path) => {
    const response = responseOf(await ask(path, review({ namespace: '' })));
    expect(response).toMatchObject({ allowed: false, status: { message: expect.stringContaining('names no namespace') } });
  });

  test.each(['/validate', '/mutate'])('%s denies where something inside fails, without telling what', async (path) => {
    labels = () => Promise.reject(new TypeError('the secret is hunter2'));
    const response = responseOf(await ask(path, review({ uid: 'u-43' })));
    expect(response).toMatchObject({ uid: 'u-43', allowed: false, status: { message: expect.stringContaining('Sallyport failed inside') } });
    expect(JSON.stringify(response)).not.toContain('hunter2');
    expect(lines.some(({ message }) => message === 'a decision failed inside, which denied')).toBe(true);
    expect((await health('/metrics')).text).toContain(`sallyport_admission_internal_errors_total{gate="${path.slice(1)}"} 1`);
  });

  test.each(['/validate', '/mutate'])('%s denies before the API server stops waiting', async (path) => {
    let given: AbortSignal | undefined;
    labels = (signal) => {
      given = signal;
      return new Promise(() => undefined);
    };
    const response = responseOf(await ask(`${path}?timeout=200ms`, review()));
    expect(response).toMatchObject({ allowed: false, status: { message: expect.stringContaining('could not decide within 180 ms') } });
    expect(given?.aborted).toBe(true);
  });

  test('/mutate denies while nobody has said whom sidecars may trust', async () => {
    expect(responseOf(await ask('/mutate', review()))).toMatchObject({ allowed: false, status: { message: 'The controller is not up yet.' } });
  });

  test('/mutate lets pods pass in a namespace that only wants to be warned', async () => {
    labels = () => Promise.resolve({ known: true, value: { 'sallyport.dev/agents': 'warn' } });
    expect(responseOf(await ask('/mutate', review()))).toMatchObject({ allowed: true });
  });

  test('/validate puts the reason for the missing fact after the faults', async () => {
    const { status } = responseOf(await ask('/validate', review()));
    expect(status?.message).toContain('runAsNonRoot');
    expect(status?.message).toContain('The controller is not up yet.');
  });
});

const times = (count: number, value: object) => Array.from({ length: count }, () => value);

describe('a body that is large in every way it can be', () => {
  const app = { name: 'a' };

  test.each<[string, object, RegExp]>([
    ['160,000 containers', { containers: times(160_000, app) }, /spec: expected at most 100 containers of all kinds, got 160000/],
    ['100,000 volumes', { containers: [app], volumes: times(100_000, app) }, /spec\.volumes: expected at most 200 volumes, got 100000/],
    ['40,000 Secrets in the environment', { containers: [{ ...app, env: times(40_000, { name: 'a', valueFrom: { secretKeyRef: { name: 's' } } }) }] }, /expected at most 50000 values in all/],
    ['a million aliases', { containers: [app], hostAliases: times(1_000_000, {}) }, /expected at most 50000 values in all/],
  ])('%s gets one short answer, at both gates and whatever the mode', async (_, spec, sentence) => {
    for (const mode of ['enforce', 'audit']) {
      labels = () => Promise.resolve({ known: true, value: { 'sallyport.dev/agents': mode } });
      const { text } = await ask('/validate', review({ object: { spec } }));
      expect(text.length).toBeLessThan(4_000);
      expect(JSON.parse(text)).toMatchObject({ response: { allowed: false, status: { message: expect.stringMatching(sentence) } } });
    }
    const { text } = await ask('/mutate', review({ object: { spec } }));
    expect(text.length).toBeLessThan(4_000);
    for (const { fields } of lines) expect(JSON.stringify(fields).length).toBeLessThan(1_000);
  });

  test('as many faults as the bounds let through are answered and logged in a few kilobytes', async () => {
    const env = times(120, { name: 'a'.repeat(60), valueFrom: { secretKeyRef: { name: 's'.repeat(60) } } });
    const { text } = await ask('/validate', review({ object: { spec: { containers: times(80, { ...app, env }) } } }));
    expect(text.length).toBeLessThan(60_000);
    expect(JSON.stringify(lines).length).toBeLessThan(4_000);
    const told = lines.find(({ message }) => message === 'admission review')?.fields['faults'] as string[];
    expect(told).toEqual([...new Set(told)]);
  });

  test('one endless name is cut wherever it is told', async () => {
    const name = '\u0001'.repeat(400_000);
    const { text } = await ask('/validate', review({ object: { metadata: { labels: { [name]: 1 } }, spec: { containers: [app] } } }));
    expect(text.length).toBeLessThan(12_000);
  });
});

describe('each answer', () => {
  test('is logged once, with the same fields', async () => {
    await ask('/validate', review());
    const told = lines.filter(({ message }) => message === 'admission review');
    expect(told).toHaveLength(1);
    expect(told[0]?.fields).toMatchObject({ gate: 'validate', decision: 'deny', mode: 'enforce', operation: 'CREATE', kind: 'Pod', namespace: 'agents', name: 'bare', user: 'jo', profile: 'contained', exemptions: [], patched: 0 });
    expect(told[0]?.fields['faults']).toContain('read-only-root/root-writable');
  });

  test('is counted for our own kinds as well', async () => {
    await ask('/validate', review(POLICY));
    expect((await health('/metrics')).text).toContain('sallyport_admission_reviews_total{gate="validate",decision="deny",mode="enforce",operation="CREATE",resource="agentpolicies"} 1');
  });

  test('is counted by decision, check, mode, operation and resource, and a label takes nothing that a request says', async () => {
    await ask('/validate', review());
    await ask('/validate', review({ kind: { group: 'x.example', version: 'v1', kind: 'Whatever' } }));
    await ask('/validate', review({ subResource: 'ephemeralcontainers' }));
    await ask('/validate', review({ subResource: 'whatever' }));
    await ask('/validate', review({ kind: { group: 'x.example', version: 'v1', kind: 'Pod' } }));
    const { text } = await health('/metrics');
    expect(text).toContain('sallyport_admission_reviews_total{gate="validate",decision="deny",mode="enforce",operation="CREATE",resource="pods"} 1');
    expect(text).toContain('resource="pods/ephemeralcontainers"} 1');
    expect(text).toContain('sallyport_admission_reviews_total{gate="validate",decision="deny",mode="enforce",operation="CREATE",resource="other"} 3');
    expect(text).toMatch(/sallyport_admission_faults_total\{check="run-as-user",decision="deny",mode="enforce",operation="CREATE",resource="pods"\} \d/);
    expect(text).toContain('sallyport_admission_duration_seconds_count{gate="validate"} 5');
    expect(text).toContain('sallyport_webhook_certificate_not_after_timestamp_seconds');
  });
});

describe('the server', () => {
  test('is healthy, and ready once nothing is missing', async () => {
    expect(await health('/healthz')).toEqual({ status: 200, text: 'ok\n' });
    missing = ['namespaces not listed yet'];
    expect(await health('/readyz')).toEqual({ status: 503, text: 'namespaces not listed yet\n' });
    missing = [];
    expect(await health('/readyz')).toMatchObject({ status: 200 });
    expect(await health('/validate')).toMatchObject({ status: 404 });
  });

  test('takes a new certificate into use without ending connections', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask('/validate', review(), JSON_TYPE, { agent })).status).toBe(200);
    const next = await mint(1_800_000);
    changed(next);
    expect((await ask('/validate', review(), JSON_TYPE, { agent })).status).toBe(200);
    const socket = connect({ host: '127.0.0.1', port: webhook.address.port, ca: authority.cert, servername: 'localhost' });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.getPeerX509Certificate()?.toString()).toBe(next.cert);
    socket.destroy();
    agent.destroy();
  });

  test('answers the API server, however many connections others hold open', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask('/validate', review(), JSON_TYPE, { agent })).status).toBe(200);
    const held = Array.from({ length: 1_050 }, () => tcp(webhook.address.port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(held.map((socket) => new Promise((resolve) => { socket.once('connect', resolve); })));
    expect((await ask('/validate', review(), JSON_TYPE, { agent })).status).toBe(200);
    expect((await ask('/validate', review())).status).toBe(200);
    for (const socket of held) socket.destroy();
    agent.destroy();
  });

  test.each([
    ['plain HTTP', 'POST /validate HTTP/1.1\r\nHost: x\r\n\r\n', /^(?!HTTP)/],
    ['two lengths', 'POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', /^HTTP\/1\.1 400/],
    ['a length beside chunks', 'POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', /^HTTP\/1\.1 400/],
    ['an oversized head', `POST /validate HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431/],
  ])('refuses %s and goes on', async (name, text, expected) => {
    const socket = name === 'plain HTTP' ? (await import('node:net')).connect(webhook.address.port, '127.0.0.1') : connect({ host: '127.0.0.1', port: webhook.address.port, ca: authority.cert, servername: 'localhost' });
    let got = '';
    socket.on('data', (part) => { got += String(part); });
    socket.on('error', () => undefined);
    socket.write(text);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(got).toMatch(expected);
    expect((await ask('/validate', review())).status).toBe(200);
  });
});

describe('ending', () => {
  test('is not ready first, closes each connection with its answer, and loses nothing that was asked', async () => {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 4 });
    const on = { agent };
    await Promise.all(Array.from({ length: 4 }, () => ask('/validate', review(), JSON_TYPE, on)));
    const closed = webhook.close({ delay: 300, patience: 3_000 });
    expect(await health('/readyz')).toEqual({ status: 503, text: 'shutting down\n' });
    // New connections are still taken, because endpoints take their time to move.
    expect((await ask('/validate', review())).headers['connection']).toBe('close');
    await new Promise((resolve) => setTimeout(resolve, 350));
    const late = await Promise.all(Array.from({ length: 4 }, () => ask('/validate', review(), JSON_TYPE, on)));
    expect(late.map(({ status, headers }) => `${status} ${String(headers['connection'])}`)).toEqual(Array.from({ length: 4 }, () => '200 close'));
    await closed;
    await expect(ask('/validate', review())).rejects.toThrow('ECONNREFUSED');
    webhook = { ...webhook, close: () => Promise.resolve() };
  });

  test('waits for a decision that is being made', async () => {
    const { promise, resolve } = Promise.withResolvers<Fact<Labels>>();
    labels = () => promise;
    const answer = ask('/validate', review());
    await new Promise((next) => setTimeout(next, 100));
    const closed = webhook.close();
    resolve({ known: false, sentence: 'Late, but said.' });
    expect(responseOf(await answer)).toMatchObject({ status: { message: 'Late, but said.' } });
    await closed;
    webhook = { ...webhook, close: () => Promise.resolve() };
  });
});
