import type { ReviewContext } from '../../core/admission/context.ts';
import { profileName } from '../../core/admission/namespace.ts';
import { inject } from '../../core/injection/inject.ts';
import type { InjectionSettings } from '../../core/injection/settings.ts';
import { BUILT_IN_PROFILES, type SandboxProfile } from '../../core/policy/profile.ts';
import { type Fact, unknown } from '../../core/terms/fact.ts';
import type { Facts, Labels } from './ports.ts';

/** What a review of a namespace with these labels may know at once, from what is watched. */
export interface Known {
  readonly context: ReviewContext;
  readonly settings: Fact<InjectionSettings>;
  /** Why something in the context is missing. */
  readonly gaps: readonly string[];
}

/** Gathers what is known for a review. */
export function knownOf(facts: Facts, labels: Labels): Known {
  const profile = facts.profile(profileName(labels));
  const settings = settingsOf(facts, profile, labels);
  const exemptions = facts.exemptions();
  const context: ReviewContext = {
    namespaceLabels: labels,
    agentNamespaces: () => facts.agentNamespaces(),
    facts: facts.objects,
    ...(facts.offline && { offline: true }),
    templates: facts.templates(),
    now: facts.now(),
    ...(exemptions.known && { exemptions: exemptions.value }),
    ...(profile.known ? profile.value && { profile: profile.value } : { profileUnknown: profile.sentence }),
    ...(settings.known && { derive: (pod) => inject(pod, settings.value) }),
    ...(facts.receipts && { receipt: facts.receipts.read }),
  };
  // Without a profile that is the fault, and what settings lack is the same.
  const gaps = [...(context.profile ? [settings] : []), exemptions].flatMap((fact) => (fact.known ? [] : [fact.sentence]));
  return { context, settings, gaps };
}

function settingsOf(facts: Facts, profile: Fact<SandboxProfile | undefined>, labels: Labels): Fact<InjectionSettings> {
  if (!profile.known) return profile;
  if (profile.value !== undefined) return facts.injection(profile.value);
  return unknown(`The namespace picks the profile ${profileName(labels)}, and there is no SandboxProfile of that name; install it, or pick one of ${Object.keys(BUILT_IN_PROFILES).join(', ')}.`);
}
