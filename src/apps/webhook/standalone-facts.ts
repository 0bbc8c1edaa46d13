import { NOTHING_KNOWN } from '../../core/checks/facts.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';
import { known, unknown } from '../../core/terms/fact.ts';
import { AGENTS_LABEL, PROFILE_LABEL } from '../../core/terms/fixed-names.ts';
import { type ControllerTrust, type InjectionBase, injectionSettings } from './injection-settings.ts';
import type { Facts } from './ports.ts';

const NO_CLUSTER = 'This webhook runs without a cluster, so there are no pods to look at.';

/** Facts without a cluster: every namespace takes agents, under one profile, and what only other objects could tell is a warning. */
export function standaloneFacts(profile: SandboxProfile, base: InjectionBase, trust: () => ControllerTrust): Facts {
  const labels = { [AGENTS_LABEL]: 'enforce', [PROFILE_LABEL]: profile.metadata.name };
  return {
    namespaceLabels: () => Promise.resolve(known(labels)),
    agentNamespaces: () => [],
    profile: () => known(profile),
    injection: (asked) => known(injectionSettings(base, trust(), asked)),
    offline: true,
    objects: NOTHING_KNOWN,
    objectsNow: () => Promise.resolve(NOTHING_KNOWN),
    livePod: () => Promise.resolve(unknown(NO_CLUSTER)),
    exemptions: () => known([]),
    workloads: () => Promise.resolve(known([])),
    async *podsOf() {
      yield unknown(NO_CLUSTER);
    },
    templates: () => profile.spec.templates,
    now: Date.now,
    missing: () => [],
  };
}
