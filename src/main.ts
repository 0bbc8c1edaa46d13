#!/usr/bin/env node
import { run } from './apps/cli/program.ts';

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Whoever reads may stop before the end, as `| head` does: no fault of the command, and nobody is left to be told.
    if (error.code === 'EPIPE') return;
    if (stream === process.stdout) process.stderr.write(`sallyport: standard output cannot be written: ${error.message}\n`);
    process.exit(1);
  });
}

process.exitCode = await run(process.argv.slice(2));
