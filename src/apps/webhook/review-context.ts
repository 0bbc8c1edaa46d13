import type { ReviewContext } from '../../core/admission/context.ts';
import { profileName } from '../../core/admission/namespace.ts';
import type { ObjectFacts } from '../../core/checks/facts.ts';
import { inject } from '../../core/injection/inject.ts';
import type { InjectionSettings } from '../../core/injection/settings.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';
import { type Fact } from '../../core/terms/fact.ts';
import type { Facts, Labels } from './ports.ts';

/** What a review of a namespace with these labels may know at once, from what is watched. */
export interface Known {
  readonly context: ReviewContext;
  readonly settings: Fact<InjectionSettings>;
  /** Why something in the context is missing. */
  readonly gaps: readonly string[];
}

/** Gathers what is known for a review, of which `objects` may be a better answer than what is watched. */
export function knownOf(facts: Facts, labels: Labels, objects: ObjectFacts = facts.objects): Known {
  const profile = facts.profile(profileName(labels));
  const settings = settingsOf(facts, profile);
  const exemptions = facts.exemptions();
  const context: ReviewContext = {
    namespaceLabels: labels,
    agentNamespaces: () => facts.agentNamespaces(),
    facts: objects,
    ...(facts.offline && { offline: true }),
    templates: facts.templates(),
    now: facts.now(),
    ...(exemptions.known && { exemptions: exemptions.value }),
    ...(profile.known && { profile: profile.value }),
    ...(settings.known && { derive: (pod) => inject(pod, settings.value) }),
    ...(facts.receipts && { receipt: facts.receipts.read }),
  };
  return { context, settings, gaps: [profile, settings, exemptions].flatMap((fact) => (fact.known ? [] : [fact.sentence])) };
}

function settingsOf(facts: Facts, profile: Fact<SandboxProfile>): Fact<InjectionSettings> {
  return profile.known ? facts.injection(profile.value) : profile;
}
