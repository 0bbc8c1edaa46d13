import { generateKeyPairSync } from 'node:crypto';
import { hostname } from 'node:os';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { readInput } from '../../adapters/command-line/input-file.ts';
import { certificateDirectory } from '../../adapters/certificates/directory.ts';
import type { ListenAddress } from '../../adapters/network/listen-address.ts';
import { parsePolicies } from '../../core/policy/parse.ts';
import { formatProblem } from '../../core/policy/problem.ts';
import { BUILT_IN_PROFILES, type SandboxProfile } from '../../core/policy/profile.ts';
import type { InjectionBase } from './injection-settings.ts';
import type { Log } from './ports.ts';
import { standaloneFacts } from './standalone-facts.ts';
import { type RunningWebhook, startWebhook } from './start.ts';

export interface StandaloneSettings {
  readonly listen: ListenAddress;
  readonly health: ListenAddress;
  /** Name of a built-in profile, or a file with one `SandboxProfile`. */
  readonly profile: string;
  /** Folder of the serving certificate; made and filled where it is empty. */
  readonly certDir: string;
  readonly injection: InjectionBase;
  readonly log: Log;
}

/** Starts gate one without a cluster. Rejects if the profile or the certificates cannot be used, or an address not bound. */
export async function startStandalone(settings: StandaloneSettings): Promise<RunningWebhook> {
  const { listen, health, log } = settings;
  const profile = await readProfile(settings.profile);
  const certificate = await certificateDirectory({
    directory: settings.certDir,
    dnsNames: ['localhost', hostname().toLowerCase()],
    ips: ['127.0.0.1', '::1'],
    now: Date.now,
    onFault: (fault) => log.warn({ err: fault }, 'the certificate folder cannot be used; the certificate before stays'),
  });
  const keys = [unsignableKey()];
  const facts = standaloneFacts(profile, settings.injection, () => ({ ca: certificate.current().ca, keys }));
  try {
    const webhook = await startWebhook({ listen, health }, { facts, certificate, log });
    return {
      ...webhook,
      async close(drain) {
        await webhook.close(drain);
        await certificate.stop();
      },
    };
  } catch (error) {
    await certificate.stop();
    throw error;
  }
}

/** A built-in profile by name, else the one profile in a file. Throws `InputFault`, with every problem of the file. */
export async function readProfile(nameOrFile: string): Promise<SandboxProfile> {
  const builtIn = Object.values(BUILT_IN_PROFILES).find(({ metadata }) => metadata.name === nameOrFile);
  if (builtIn !== undefined) return builtIn;
  const names = Object.keys(BUILT_IN_PROFILES).join(', ');
  // A word without a suffix or folder is meant for a name.
  if (/^[\w-]+$/.test(nameOrFile)) throw new InputFault('usage', `--profile: expected one of ${names}, or a file; got ${JSON.stringify(nameOrFile)}`);
  const { profiles, problems } = parsePolicies([{ file: nameOrFile, text: await readInput(nameOrFile, '--profile') }]);
  if (problems.length > 0) throw new InputFault('unfit', problems.map(formatProblem).join('\n'));
  const [profile, second] = profiles;
  if (profile === undefined || second !== undefined) throw new InputFault('unfit', `--profile: expected one SandboxProfile in ${nameOrFile}, got ${profiles.length}`);
  return profile;
}

/** Without a controller nobody signs snapshots: a key whose private half is forgotten at once lets none pass for one. */
function unsignableKey(): string {
  const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('expected an Ed25519 key with its public value');
  return x;
}
