import { type Command, Option } from 'commander';
import { readInput } from '../../../adapters/command-line/input-file.ts';
import { collect } from '../../../adapters/command-line/options.ts';
import type { InjectionSettings } from '../../../core/injection/settings.ts';
import type { SandboxProfile } from '../../../core/policy/profile.ts';
import type { InjectionFlags } from '../../webhook/injection-settings.ts';

export interface ManifestFlags extends InjectionFlags {
  readonly namespace: string;
  readonly profile: string;
  readonly output: 'text' | 'yaml' | 'json';
  readonly controllerCa?: string;
  readonly linkKey?: readonly string[];
}

/** The flags that `check` and `inject` share: what the cluster's webhook knows by itself. */
export function withManifestFlags(command: Command): Command {
  return command
    .option('--profile <NAME|FILE>', 'SandboxProfile of the namespace', 'isolated')
    .option('-n, --namespace <NAME>', 'namespace of objects that name none', 'default')
    .option('--image <REF>', 'image of the injected containers', 'sallyport:latest')
    .addOption(new Option('--image-pull-policy <POLICY>', 'of the injected containers').choices(['Always', 'IfNotPresent', 'Never']).default('IfNotPresent'))
    .option('--resolver <IP>', "the cluster's DNS server")
    .option('--cluster-domain <DOMAIN>', "the cluster's DNS domain")
    .option('--controller-url <URL>', 'where sidecars find the controller')
    .option('--controller-ca <FILE>', "PEM of the controller's CA (key ca.crt of ConfigMap sallyport-trust)")
    .option('--link-key <KEY>', 'key that signs policies, base64url (of link-keys there); may be repeated', collect);
}

/** Reads the profile and fills in the settings exactly as the webhook does. Throws `InputFault`. */
export async function injectionFor(flags: ManifestFlags): Promise<{ profile: SandboxProfile; settings: InjectionSettings }> {
  const [{ readProfile }, { injectionBase }, { injectionSettings }] = await Promise.all([
    import('../../webhook/standalone.ts'),
    import('../../webhook/settings.ts'),
    import('../../webhook/injection-settings.ts'),
  ]);
  const profile = await readProfile(flags.profile);
  const ca = flags.controllerCa === undefined ? '' : await readInput(flags.controllerCa, '--controller-ca');
  return { profile, settings: injectionSettings(injectionBase(flags, {}, ''), { ca, keys: flags.linkKey ?? [] }, profile) };
}
