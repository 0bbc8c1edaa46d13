import { parseObjects } from '../../core/policy/parse.ts';
import { formatProblem } from '../../core/policy/problem.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';
import { API_VERSION } from '../../core/terms/fixed-names.ts';
import type { KubeObject } from './client.ts';
import { startInformer, type WatchSettings } from './informer.ts';

type InstalledProfile = { readonly profile: SandboxProfile } | { readonly broken: string };

export interface Profiles {
  readonly synced: boolean;
  named(name: string): InstalledProfile | undefined;
  stop(): Promise<void>;
}

/** Follows the installed `SandboxProfile` objects. One that cannot be enforced as written is kept as broken, with the reason. */
export function watchProfiles({ client, now, random, onFault }: WatchSettings): Profiles {
  const informer = startInformer(client, {
    path: `/apis/${API_VERSION}/sandboxprofiles`,
    read: readProfile,
    now,
    random,
    onFault,
  });
  return {
    get synced() {
      return informer.synced;
    },
    named: (name) => informer.get(name),
    stop: () => informer.stop(),
  };
}

function readProfile(object: KubeObject): InstalledProfile {
  const { profiles, problems } = parseObjects([object], `sandboxprofile/${object.metadata.name}`);
  const [profile] = profiles;
  return profile === undefined || problems.length > 0 ? { broken: problems.map(formatProblem).join('; ') || 'not a SandboxProfile' } : { profile };
}
