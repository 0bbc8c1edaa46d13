import type { ListedTemplate } from '../../core/admission/resources.ts';
import { parseObjects } from '../../core/policy/parse.ts';
import { formatProblem } from '../../core/policy/problem.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';
import { API_VERSION } from '../../core/terms/fixed-names.ts';
import type { KubeObject } from './client.ts';
import { startInformer, type WatchSettings } from './informer.ts';
import { staleness } from './staleness.ts';

type ReadProfile = { readonly profile: SandboxProfile } | { readonly broken: string };
/** `stale`: the sentence that says why nobody knows how it is now. */
type InstalledProfile = ReadProfile | { readonly stale: string };

export interface Profiles {
  readonly synced: boolean;
  named(name: string): InstalledProfile | undefined;
  /** Kinds with pods in them that any of them lists, each once, in order. */
  templates(): readonly ListedTemplate[];
  /** Returns what ends it. */
  onChange(handler: () => void): () => void;
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
  // Asked at every review, and changed by hand.
  let listed: readonly ListedTemplate[] | undefined;
  informer.onChange(() => {
    listed = undefined;
  });
  return {
    get synced() {
      return informer.synced;
    },
    named: (name) => {
      const stale = informer.synced ? staleness('sandbox profiles', informer, now()) : undefined;
      return stale === undefined ? informer.get(name) : { stale };
    },
    templates: () => (listed ??= distinct(informer.list().flatMap((one) => ('profile' in one ? one.profile.spec.templates : [])))),
    onChange: (handler) => informer.onChange(handler),
    stop: () => informer.stop(),
  };
}

function distinct(templates: readonly ListedTemplate[]): readonly ListedTemplate[] {
  const byText = new Map(templates.map(({ group, version, kind, resource, path }) => [[group, version, resource, kind, path].join(' '), { group, version, kind, resource, path }]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, template]) => template);
}

function readProfile(object: KubeObject): ReadProfile {
  const { profiles, problems } = parseObjects([object], `sandboxprofile/${object.metadata.name}`);
  const [profile] = profiles;
  return profile === undefined || problems.length > 0 ? { broken: problems.map(formatProblem).join('; ') || 'not a SandboxProfile' } : { profile };
}
