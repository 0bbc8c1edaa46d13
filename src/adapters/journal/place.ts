import { join } from 'node:path';

/**
 * The one rule for where a journal lies: the `--journal` option; else `$SALLYPORT_STATE/journal`; else
 * `$XDG_STATE_HOME/sallyport/journal`; else `~/.local/state/sallyport/journal` (XDG Base Directory Specification).
 */
export function journalPlace(option: string | undefined, env: Readonly<Record<string, string | undefined>>, home: string): string {
  return option ?? join(statePlace(env, home), 'journal');
}

/** The folder in which Sallyport keeps what must outlive a process on this machine. */
export function statePlace(env: Readonly<Record<string, string | undefined>>, home: string): string {
  if (env['SALLYPORT_STATE']) return env['SALLYPORT_STATE'];
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'sallyport');
}
