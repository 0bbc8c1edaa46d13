import type { SandboxProfile } from '../../core/policy/profile.ts';
import { AGENTS_LABEL, PROFILE_LABEL } from '../../core/terms/fixed-names.ts';
import { type ControllerTrust, type InjectionBase, injectionSettings } from './injection-settings.ts';
import type { Facts } from './ports.ts';

/** Facts without a cluster: every namespace takes agents, under one profile. */
export function standaloneFacts(profile: SandboxProfile, base: InjectionBase, trust: () => ControllerTrust): Facts {
  const labels = { [AGENTS_LABEL]: 'enforce', [PROFILE_LABEL]: profile.metadata.name };
  return {
    namespaceLabels: () => Promise.resolve({ known: true, value: labels }),
    agentNamespaces: () => [],
    profile: () => ({ known: true, value: profile }),
    injection: (asked) => ({ known: true, value: injectionSettings(base, trust(), asked) }),
    missing: () => [],
  };
}
