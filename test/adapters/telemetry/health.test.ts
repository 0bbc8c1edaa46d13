import { connect } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Health, serveHealth } from '../../../src/adapters/telemetry/health.ts';

let health: Health;
let missing: string[];

beforeEach(async () => {
  missing = [];
  const registry = new Registry();
  new Counter({ name: 'reviews_total', help: 'Reviews', registers: [registry] }).inc(3);
  health = await serveHealth({ host: '127.0.0.1', port: 0 }, () => missing, registry);
});

afterEach(async () => {
  await health.close();
});

async function ask(path: string, method = 'GET'): Promise<{ status: number; type: string | null; text: string }> {
  const response = await fetch(`http://127.0.0.1:${health.port}${path}`, { method });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

describe('the health address', () => {
  test('says that the process answers, ready or not', async () => {
    missing = ['namespaces not listed yet'];
    expect(await ask('/healthz')).toEqual({ status: 200, type: 'text/plain; charset=utf-8', text: 'ok\n' });
  });

  test('says what is missing, one a line, until nothing is', async () => {
    missing = ['namespaces not listed yet', 'shutting down'];
    expect(await ask('/readyz')).toMatchObject({ status: 503, text: 'namespaces not listed yet\nshutting down\n' });
    missing = [];
    expect(await ask('/readyz?verbose')).toMatchObject({ status: 200, text: 'ok\n' });
  });

  test('serves the metrics of its registry in the text format', async () => {
    const { status, type, text } = await ask('/metrics');
    expect({ status, type }).toEqual({ status: 200, type: expect.stringContaining('text/plain; version=0.0.4') });
    expect(text).toContain('\nreviews_total 3\n');
  });

  test.each([
    ['GET', '/', 404, 'expected /healthz, /readyz or /metrics\n'],
    ['GET', '/healthz/', 404, 'expected /healthz, /readyz or /metrics\n'],
    ['POST', '/healthz', 405, 'expected GET\n'],
    ['HEAD', '/healthz', 200, ''],
  ])('answers %s %s with %i', async (method, path, status, text) => {
    expect(await ask(path, method)).toMatchObject({ status, text });
  });

  test('closes every connection with its answer', async () => {
    const response = await fetch(`http://127.0.0.1:${health.port}/healthz`);
    expect(response.headers.get('connection')).toBe('close');
  });

  test('answers a probe, however many connections others hold open', async () => {
    const held = Array.from({ length: 150 }, () => connect(health.port, '127.0.0.1').on('error', () => undefined));
    await Promise.all(held.map((socket) => new Promise((resolve) => { socket.once('connect', resolve); })));
    expect(await ask('/healthz')).toMatchObject({ status: 200 });
    for (const socket of held) socket.destroy();
  });

  test('rejects where its port is taken', async () => {
    await expect(serveHealth({ host: '127.0.0.1', port: health.port }, () => [], new Registry())).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
