import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;
/** Where CI wants the results as JSON, besides what people read. */
const report = process.env['TEST_REPORT'];

/** In a cluster that has nodes the scheduler, the kubelet and the controllers would meddle with these tests' pods. */
const WITHOUT_NODES = ['admission', 'facts', 'injection', 'leader', 'pod-fields', 'pod-security', 'receipt', 'scan', 'ways-around', 'webhook'].map((name) => `test/cluster/${name}.test.ts`);
const IN_TURN = { testTimeout: 300_000, hookTimeout: 600_000, fileParallelism: false };

export default defineConfig({
  root,
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    // Vitest would leave one processor free, and of two that is half; but many tests wait more than they work.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    projects: [
      {
        test: {
          name: 'unit', root, include: ['test/**/*.test.ts'], exclude: ['test/cluster/**', 'test/browser/**', 'test/peers/**'], testTimeout: 15_000,
          // A process for each file costs more than the tests of most; and code that needed one would keep state where none belongs.
          isolate: false,
          // How long a poll goes on is no measure of anything: a machine may be busy.
          expect: { poll: { timeout: 10_000 } },
        },
      },
      { test: { name: 'cluster', root, include: ['test/cluster/**/*.test.ts'], exclude: WITHOUT_NODES, ...IN_TURN } },
      { test: { name: 'control-plane', root, include: WITHOUT_NODES, ...IN_TURN } },
      { test: { name: 'browser', root, include: ['test/browser/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'peers', root, include: ['test/peers/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
});
