import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, sources } from '../../repository/imports.ts';

/** What the image gives to node before the program. */
export function imageFlags(): string[] {
  const [, flags = ''] = /^exec node ((?:--\S+ )*)/m.exec(readFileSync(join(ROOT, 'deploy/sallyport'), 'utf8')) ?? [];
  return flags.split(' ').filter((flag) => flag !== '');
}

/**
 * The compiled program, compiled anew where a source is newer: what ships is what is measured. Run from its sources, Node's own
 * type stripper would be measured too, with 20 MiB and half a second that no image has.
 */
export function builtProgram(): string {
  const program = join(ROOT, 'dist/main.js');
  const built = existsSync(program) ? statSync(program).mtimeMs : 0;
  if (sources('src').some((file) => statSync(join(ROOT, file)).mtimeMs > built)) {
    execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(ROOT, 'src/tsconfig.json')], { stdio: 'inherit' });
  }
  return program;
}
