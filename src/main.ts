#!/usr/bin/env node
import { run } from './apps/cli/program.ts';

// Whoever reads may stop before the end, as `| head` does: no fault of the command, and nobody is left to be told.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await run(process.argv.slice(2));
