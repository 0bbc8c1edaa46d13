import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemReason } from '../../../adapters/command-line/input-file.ts';

/** Of POSIX shells (XCU 2.8.2): a program that is not there, and one that is and cannot be executed. */
export const NOT_FOUND = 127;
export const NOT_EXECUTABLE = 126;

export type Search = { readonly found: true } | { readonly found: false; readonly code: typeof NOT_FOUND | typeof NOT_EXECUTABLE; readonly sentence: string };

const USUAL_PATH = '/usr/local/bin:/usr/bin:/bin';

/** Looks for a program as a shell would: a name with a slash is a path, any other is looked for in the folders of `searchPath`. */
export function findProgram(name: string, searchPath: string = USUAL_PATH): Search {
  const isPath = name.includes('/');
  const places = isPath ? [name] : name === '' ? [] : searchPath.split(':').map((folder) => join(folder || '.', name));
  let fault: string | undefined;
  for (const place of places) {
    const missing = whyUnseen(place);
    // A folder of PATH that may not be searched has nothing in it for us; a path that was named is another matter.
    if (missing !== undefined && (!isPath || missing === MISSING)) continue;
    const reason = missing ?? whyNot(place);
    if (reason === undefined) return { found: true };
    fault ??= `${place}: cannot be executed (${reason})`;
  }
  if (fault !== undefined) return { found: false, code: NOT_EXECUTABLE, sentence: fault };
  const where = isPath ? 'there is no such file' : 'no such program is in any folder of PATH';
  return { found: false, code: NOT_FOUND, sentence: `${name || '(an empty name)'}: ${where}` };
}

const MISSING = 'missing';

/** Undefined if something is there. */
function whyUnseen(place: string): string | undefined {
  try {
    statSync(place);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR' ? MISSING : systemReason(error);
  }
}

/** Undefined if what is there can be executed. */
function whyNot(place: string): string | undefined {
  try {
    if (!statSync(place).isFile()) return 'it is no file';
    accessSync(place, constants.X_OK);
    return undefined;
  } catch (error) {
    return systemReason(error);
  }
}
