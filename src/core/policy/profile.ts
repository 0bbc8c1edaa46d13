import type { z } from 'zod';
import { API_VERSION } from '../terms/fixed-names.ts';
import type { Immutable } from './model.ts';
import { profileSpec, type sandboxProfile } from './schema/sandbox-profile.ts';

/** What gate one demands of a pod, every member filled in; cluster-scoped, a namespace picks one by the label `sallyport.dev/profile`. */
export type SandboxProfile = Immutable<z.output<typeof sandboxProfile>>;
export type ProfileSpec = SandboxProfile['spec'];

/** Profiles that exist without being installed. */
export const BUILT_IN_PROFILES = Object.freeze({
  isolated: builtIn('isolated', {}),
  contained: builtIn('contained', { runtimeClassNames: { required: false }, maxLifetimeSeconds: 24 * 3600, warnOnly: ['image-source', 'known-fields', 'secret-environment'] }),
});

function builtIn(name: string, spec: z.input<typeof profileSpec>): SandboxProfile {
  return { apiVersion: API_VERSION, kind: 'SandboxProfile', metadata: { name }, spec: profileSpec.parse(spec) };
}
