import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { GENESIS } from '../../../src/core/evidence/leaf.ts';
import { writeLine } from '../../../src/core/evidence/write-line.ts';
import { malformedRequests } from '../../core/traffic/http1/malformed-requests.ts';
import { policyOf, readAll, startWorld, type Way } from './harness.ts';

const stamp = { v: 1, epoch: 1, seq: 1, prev: GENESIS, time: '2026-01-01T00:00:00.000Z' } as const;

test.each(['absolute', 'connect-plain', 'captured-plain'] as const)('%s: no secret of a malformed request gets into a record or the log', async (way: Way) => {
  const world = await startWorld({ policy: policyOf('- {name: api, http: {hosts: [other.example.com]}, access: full}'), capturedPort: 80 });
  let refused = 0;
  await fc.assert(fc.asyncProperty(malformedRequests, async ({ secret, bytes }) => {
    const socket = await world.enter(way, 'api.example.com', { port: 80 });
    socket.end(Buffer.from(bytes.replaceAll('a.example', 'api.example.com'), 'latin1'));
    await readAll(socket);
    const lines = world.records.drafts.splice(0).map((draft) => writeLine(draft, stamp));
    refused += lines.filter((line) => line.includes('"decision":"deny"')).length;
    expect(lines.join('\n')).not.toContain(secret);
    expect(world.logged.splice(0).join('\n')).not.toContain(secret);
  }), { numRuns: 150 });
  expect(refused).toBeGreaterThan(100);
});
