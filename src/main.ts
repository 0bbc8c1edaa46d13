#!/usr/bin/env node
import { run } from './apps/cli/program.ts';

process.exitCode = await run(process.argv.slice(2));
