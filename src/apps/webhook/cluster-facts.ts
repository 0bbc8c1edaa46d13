import type { KubeClient } from '../../adapters/kube/client.ts';
import type { Exemptions } from '../../adapters/kube/exemptions.ts';
import { KubeFault } from '../../adapters/kube/fault.ts';
import type { Namespaces } from '../../adapters/kube/namespaces.ts';
import type { WatchedObjects } from '../../adapters/kube/objects.ts';
import { controllerOf, readReferences, workloadsOf } from '../../adapters/kube/owners.ts';
import { livePod, podsOf } from '../../adapters/kube/pods.ts';
import type { Profiles } from '../../adapters/kube/profiles.ts';
import type { Trust, TrustWatch } from '../../adapters/kube/trust.ts';
import type { InjectionSettings } from '../../core/injection/settings.ts';
import { BUILT_IN_PROFILES, type SandboxProfile } from '../../core/policy/profile.ts';
import { type Fact, known, unknown } from '../../core/terms/fact.ts';
import { AGENTS_LABEL } from '../../core/terms/fixed-names.ts';
import { type InjectionBase, injectionSettings } from './injection-settings.ts';
import type { Facts, Labels, Receipts } from './ports.ts';

export interface ClusterSources {
  readonly namespaces: Pick<Namespaces, 'synced' | 'labels' | 'labelled'>;
  readonly profiles: Pick<Profiles, 'synced' | 'named' | 'templates'>;
  readonly trust: Pick<TrustWatch, 'current'>;
  readonly objects: Pick<WatchedObjects, 'missing' | 'facts' | 'ask'>;
  readonly exemptions: Pick<Exemptions, 'synced' | 'all'>;
  readonly receipts?: Receipts;
  /** For what is asked at the moment that it matters. */
  readonly client: KubeClient;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The facts as the API server has them; what it does not say in time is not known. */
export function clusterFacts({ namespaces, profiles, trust, objects, exemptions, receipts, client, now }: ClusterSources, base: InjectionBase): Facts {
  const injectionOf = injectionReader(base, trust);
  return {
    namespaceLabels: (name, signal) => labelsOf(namespaces, name, signal),
    agentNamespaces: () => namespaces.labelled(AGENTS_LABEL),
    profile: (name) => profileOf(profiles, name),
    injection: injectionOf,
    objects: objects.facts,
    objectsNow: (namespace, runtimeClass, signal) => objects.ask(namespace, runtimeClass, signal),
    livePod: (namespace, name, signal) => livePod(client, namespace, name, signal),
    exemptions: () => exemptions.all(),
    workloads: (namespace, pod, signal) => workloadsOf(client, namespace, controllerOf(readReferences(pod.metadata)), signal),
    podsOf: (namespace, signal) => podsOf(client, namespace, signal),
    templates: () => profiles.templates(),
    ...(receipts && { receipts }),
    now,
    missing: () => [
      ...(namespaces.synced ? [] : ['namespaces not listed yet']),
      ...(profiles.synced ? [] : ['sandbox profiles not listed yet']),
      ...objects.missing(),
      ...(exemptions.synced ? [] : ['exemptions not listed yet']),
    ],
  };
}

async function labelsOf(namespaces: ClusterSources['namespaces'], name: string, signal: AbortSignal): Promise<Fact<Labels>> {
  try {
    const labels = await namespaces.labels(name, AGENTS_LABEL, signal);
    return labels === undefined ? unknown(`There is no namespace ${name}, so nobody can tell whether it takes agents.`) : known(labels);
  } catch (error) {
    if (!(error instanceof KubeFault)) throw error;
    return unknown(`The labels of namespace ${name} are not known, because the API server did not tell them (${error.message}); try again.`);
  }
}

function profileOf(profiles: ClusterSources['profiles'], name: string): Fact<SandboxProfile | undefined> {
  const builtIn = Object.hasOwn(BUILT_IN_PROFILES, name) ? BUILT_IN_PROFILES[name as keyof typeof BUILT_IN_PROFILES] : undefined;
  if (builtIn !== undefined) return known(builtIn);
  const installed = profiles.named(name);
  if (installed === undefined) return profiles.synced ? known(undefined) : unknown(`The namespace picks the profile ${name}, and the SandboxProfiles are not known yet; try again.`);
  if ('stale' in installed) return unknown(`The namespace picks the profile ${name}. ${installed.stale}`);
  return 'broken' in installed ? unknown(`The SandboxProfile ${name} cannot be enforced as it is written: ${installed.broken}`) : known(installed.profile);
}

/** The settings stay the same object until profile or trust change, so that what is made of them alone is made once. */
function injectionReader(base: InjectionBase, trust: ClusterSources['trust']): Facts['injection'] {
  const made = new WeakMap<SandboxProfile, { readonly of: Trust; readonly settings: InjectionSettings }>();
  return (profile) => {
    const current = trust.current();
    if ('missing' in current) return unknown(current.missing);
    const before = made.get(profile);
    if (before?.of === current.trust) return known(before.settings);
    const settings = injectionSettings(base, current.trust, profile);
    made.set(profile, { of: current.trust, settings });
    return known(settings);
  };
}
