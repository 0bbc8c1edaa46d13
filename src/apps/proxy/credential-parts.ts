import { randomBytes } from 'node:crypto';
import { MountedSecrets } from '../../adapters/credentials/mounted-secrets.ts';
import { placeholderVariables } from '../../core/policy/credential.ts';
import { Placeholders } from '../../core/traffic/credential/placeholder.ts';
import type { CredentialParts } from './credential-calls.ts';
import type { SnapshotSource } from './ports.ts';

/** Secrets from a folder, and placeholders of this process. */
export function credentialParts(directory: string): CredentialParts {
  return { secrets: new MountedSecrets(directory), placeholders: new Placeholders(randomBytes), now: Date.now };
}

/** The placeholders of every variable that the policies in force name. */
export function placeholderEnvironment({ placeholders }: CredentialParts, snapshots: Pick<SnapshotSource, 'current'>): Readonly<Record<string, string>> {
  return placeholders.environment(placeholderVariables(snapshots.current()?.policies ?? []));
}
