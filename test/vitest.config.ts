import { defineConfig } from 'vitest/config';

const root = new URL('..', import.meta.url).pathname;
/** Where CI wants the results as JSON, besides what people read. */
const report = process.env['TEST_REPORT'];

export default defineConfig({
  root,
  test: {
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      { test: { name: 'unit', root, include: ['test/**/*.test.ts'], exclude: ['test/cluster/**', 'test/browser/**', 'test/peers/**'], testTimeout: 15_000 } },
      { test: { name: 'cluster', root, include: ['test/cluster/**/*.test.ts'], testTimeout: 300_000, hookTimeout: 600_000, fileParallelism: false } },
      { test: { name: 'browser', root, include: ['test/browser/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'peers', root, include: ['test/peers/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
});
