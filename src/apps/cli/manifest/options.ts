import type { Command } from 'commander';
import { readCertificatesFile } from '../../../adapters/command-line/certificates-file.ts';
import { collectLinkKey, pullPolicyOption, readNamespace } from '../../../adapters/command-line/options.ts';
import type { SandboxProfile } from '../../../core/policy/profile.ts';
import type { InjectionFlags } from '../../webhook/injection-settings.ts';
import { readClusterDomain, readImage, readResolver } from '../install/read-flags.ts';
import type { SettingsFor } from './review.ts';

export interface ManifestFlags extends InjectionFlags {
  readonly namespace: string;
  readonly profile: string;
  readonly controllerCa?: string;
  readonly linkKey?: readonly string[];
}

/** The flags that all commands on manifests share: what the cluster's webhook knows by itself. */
export function withManifestFlags(command: Command): Command {
  return command
    .option('--profile <name|file>', 'profile of namespaces that the input does not hold', 'isolated')
    .option('-n, --namespace <name>', 'namespace of objects that name none', readNamespace, 'default')
    .option('--image <image>', 'image of the injected containers', readImage, 'sallyport:latest')
    .addOption(pullPolicyOption())
    .option('--resolver <address>', "the cluster's DNS server", readResolver)
    .option('--cluster-domain <domain>', "the cluster's DNS domain", readClusterDomain)
    .option('--controller-url <url>', 'where sidecars find the controller')
    .option('--controller-ca <file>', "PEM of the controller's CA (key ca.crt of ConfigMap sallyport-trust)")
    .option('--link-key <key>', 'key that signs policies, base64url (of link-keys there; repeatable)', collectLinkKey);
}

/** Reads the profile and fills in the settings exactly as the webhook does. Throws `InputFault`. */
export async function injectionFor(flags: ManifestFlags): Promise<{ profile: SandboxProfile; settingsFor: SettingsFor }> {
  const [{ readProfile }, { injectionBase }, { injectionSettings }] = await Promise.all([
    import('../../webhook/standalone.ts'),
    import('../../webhook/settings.ts'),
    import('../../webhook/injection-settings.ts'),
  ]);
  const profile = await readProfile(flags.profile);
  const ca = flags.controllerCa === undefined ? '' : await readCertificatesFile(flags.controllerCa, '--controller-ca');
  const base = injectionBase(flags, {}, '');
  return { profile, settingsFor: (asked) => injectionSettings(base, { ca, keys: flags.linkKey ?? [] }, asked) };
}
