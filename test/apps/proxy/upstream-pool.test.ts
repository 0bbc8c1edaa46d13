import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Deadlines } from '../../../src/apps/proxy/deadlines.ts';
import { Metrics } from '../../../src/apps/proxy/metrics.ts';
import { UpstreamConnection } from '../../../src/apps/proxy/upstream-connection.ts';
import { UpstreamPool } from '../../../src/apps/proxy/upstream-pool.ts';
import { evaluate } from '../../../src/core/policy/evaluate.ts';
import type { Permit } from '../../../src/core/terms/permit.ts';
import { AGENT, apiPolicy, call, snapshotOf } from '../../core/policy/fixtures.ts';
import { startToolServer } from '../../fakes/tool-server.ts';

const { signal } = new AbortController();

async function poolOf(upstreamPerHost: number, upstreamWait = 10_000): Promise<{ pool: UpstreamPool; permit: Permit; dialled: () => number; open: () => number }> {
  const verdict = evaluate(snapshotOf([apiPolicy('access: full')]), AGENT, call('GET https://api.example.com/'), 0);
  if (verdict.kind !== 'permit') throw new Error(verdict.sentence);
  const server = await startToolServer({ hosts: [], raw: () => {} });
  const dialling = {
    dial: async () => {
      const socket = connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      return { socket, address: '127.0.0.1', timing: {} };
    },
  };
  const pool = new UpstreamPool({ dialling, deadlines: new Deadlines(10), metrics: new Metrics(), limits: { upstreamPerHost, upstreamIdleTimeout: 30_000, upstreamWait } });
  onTestFinished(() => { pool.close(); });
  return { pool, permit: verdict, dialled: server.connections, open: server.open };
}

async function connection(pool: UpstreamPool, permit: Permit): Promise<UpstreamConnection> {
  const upstream = await pool.connect(permit, signal);
  if (!(upstream instanceof UpstreamConnection)) throw new TypeError('expected a connection of HTTP/1.1');
  return upstream;
}

test('at the limit the connection that was idle the longest makes room for a new one', async () => {
  const { pool, permit, dialled, open } = await poolOf(2);
  const [first, second] = [await connection(pool, permit), await connection(pool, permit)];
  pool.free(first);
  pool.free(second);
  const third = await connection(pool, permit);

  expect([third === first, third === second, first.alive, third.alive]).toEqual([false, false, false, true]);
  expect(pool.take(permit)).toBe(second);
  await expect.poll(dialled).toBe(3);
  await expect.poll(open).toBe(2);
});

test('each that waits gets room, and no idle connection is closed while enough are closing by themselves', async () => {
  const { pool, permit, dialled } = await poolOf(3);
  const [first, second, third] = [await connection(pool, permit), await connection(pool, permit), await connection(pool, permit)];
  pool.free(second);
  pool.free(third);
  first.destroy();
  const added = await Promise.all([connection(pool, permit), connection(pool, permit)]);

  expect(added.map(({ alive }) => alive)).toEqual([true, true]);
  expect([second.alive, third.alive]).toEqual([false, true]);
  await expect.poll(dialled).toBe(5);
});

test('at the limit with every connection busy the first that becomes free is the next one\'s', async () => {
  const { pool, permit, dialled } = await poolOf(1);
  const busy = await connection(pool, permit);
  const waiting = connection(pool, permit);
  pool.free(busy);

  expect(await waiting).toBe(busy);
  await expect.poll(dialled).toBe(1);
});

test('who waits too long is told that all connections are in use, and leaves the turn to the next', async () => {
  const { pool, permit } = await poolOf(1, 30);
  const busy = await connection(pool, permit);
  const late = connection(pool, permit);
  await expect(late).rejects.toMatchObject({ reason: 'too-many-connections', sentence: 'all 1 connections to api.example.com are in use' });
  const next = connection(pool, permit);
  pool.free(busy);

  expect(await next).toBe(busy);
});
