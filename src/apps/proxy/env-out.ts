import { errorText } from '../../core/terms/error-text.ts';
import type { CredentialParts } from './credential-calls.ts';
import { placeholderEnvironment } from './credential-parts.ts';
import type { Log, SnapshotSource } from './ports.ts';
import { writeWhole } from './write-whole.ts';

/** Keeps a file of `KEY=VALUE` lines, for its owner alone, with the placeholders of the policies in force. Rejects where it cannot be written at first. */
export async function writeEnvironment(file: string | undefined, credentials: CredentialParts | undefined, snapshots: SnapshotSource, log: Log): Promise<void> {
  if (file === undefined || credentials === undefined) return;
  let written = linesOf(credentials, snapshots);
  let writing = writeWhole('--env-out', file, written, 0o600);
  await writing;
  snapshots.onChange(() => {
    const lines = linesOf(credentials, snapshots);
    if (lines === written) return;
    written = lines;
    writing = writing.then(async () => { await writeWhole('--env-out', file, lines, 0o600); }).catch((error: unknown) => { log.error({ error: errorText(error) }, 'the placeholders are not up to date'); });
  });
}

function linesOf(credentials: CredentialParts, snapshots: SnapshotSource): string {
  return Object.entries(placeholderEnvironment(credentials, snapshots)).map(([name, value]) => `${name}=${value}\n`).join('');
}
