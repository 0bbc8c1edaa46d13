import { closeSync, readFileSync, readdirSync } from 'node:fs';

/** `O_CLOEXEC` of open(2), as /proc shows it. Every descriptor that Node opens has it. */
const CLOSED_BY_EXEC = 0o2000000;

/**
 * Closes the descriptors above 2 that whoever started this process left open for the program that it becomes: an open socket
 * (`50<>/dev/tcp/...`) would be a way out of the namespace, in which no new one leads anywhere.
 *
 * Here, where they end, and not in the shell that becomes the program: dash has no way to close a descriptor of two digits. Node
 * keeps from its children only those up to the first gap behind 15. Throws where /proc does not tell; only Linux has it, and
 * elsewhere nothing is enforced.
 */
export function closeInherited(): void {
  if (process.platform !== 'linux') return;
  for (const name of readdirSync('/proc/self/fd')) {
    if (Number(name) > 2 && outlivesExec(name)) closeSync(Number(name));
  }
}

function outlivesExec(name: string): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSED_BY_EXEC) === 0;
  } catch (error) {
    // The one over which the folder was listed is closed by now.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
