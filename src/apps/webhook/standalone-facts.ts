import { NOTHING_KNOWN } from '../../core/checks/facts.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';
import { known, unknown } from '../../core/terms/fact.ts';
import { AGENTS_LABEL, PROFILE_LABEL } from '../../core/terms/fixed-names.ts';
import { type ControllerTrust, type InjectionBase, injectionSettings } from './injection-settings.ts';
import type { Facts } from './ports.ts';

const NO_CLUSTER = 'This webhook runs without a cluster, so there are no pods to look at.';

/** Facts without a cluster: every namespace takes agents, under one profile, and no other object is there to be looked at. */
export function standaloneFacts(profile: SandboxProfile, base: InjectionBase, trust: () => ControllerTrust): Facts {
  const labels = { [AGENTS_LABEL]: 'enforce', [PROFILE_LABEL]: profile.metadata.name };
  const softened = withoutObjects(profile);
  return {
    namespaceLabels: () => Promise.resolve(known(labels)),
    agentNamespaces: () => [],
    profile: () => known(softened),
    injection: (asked) => known(injectionSettings(base, trust(), asked)),
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

/** Where there is no cluster, what only a cluster can tell is a warning, as it is in manifests. */
function withoutObjects(profile: SandboxProfile): SandboxProfile {
  return { ...profile, spec: { ...profile.spec, warnOnly: [...profile.spec.warnOnly, 'network-policy', 'runtime-class'] } };
}
