import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import { securityContextsOf, type PodView } from './view.ts';

/**
 * AppArmor is not switched off.
 *
 *   field                                                             allowed
 *   {spec,containers[*]}.securityContext.appArmorProfile              absent, of type RuntimeDefault or Localhost
 *   metadata.annotations["container.apparmor.security.beta.kubernetes.io/*"]  absent, runtime/default, localhost/*
 *
 * The standard has judged the fields in every version since Kubernetes 1.30 has them, and the annotations before. Source: Pod
 * Security Standards, "AppArmor".
 */
export const appArmor: Check = {
  id: 'app-armor',
  title: 'AppArmor is not switched off',
  essential: false,
  review: (view) => [...profiles(view), ...annotations(view)],
};

const ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const FIX = 'remove it, or name RuntimeDefault or a Localhost profile';

function profiles(view: PodView): Finding[] {
  return securityContextsOf(view).flatMap(({ context, field, title }) => {
    const { appArmorProfile: profile } = context;
    if (profile === undefined || profile.type === 'RuntimeDefault' || profile.type === 'Localhost') return [];
    return [{ reason: 'app-armor', field: `${field}.appArmorProfile.type`, message: `${title} has AppArmor profile ${quoted(profile.type ?? '')}`, fix: FIX }];
  });
}

function annotations({ metadata }: PodView): Finding[] {
  return Object.entries(metadata.annotations ?? {})
    .filter(([name, value]) => name.startsWith(ANNOTATION) && value !== '' && value !== 'runtime/default' && !value.startsWith('localhost/'))
    .map(([name, value]) => ({ reason: 'app-armor', field: `metadata.annotations[${quoted(name)}]`, message: `a container has AppArmor profile ${quoted(value)}`, fix: FIX }));
}
