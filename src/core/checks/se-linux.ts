import type { ProfileSpec } from '../policy/profile.ts';
import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';
import { isSince } from './standard-version.ts';
import { securityContextsOf } from './view.ts';

/** Types of SELinux domains for containers, and the minor version of the standard that brought each. */
const CONTAINER_TYPES: ReadonlyMap<string, number> = new Map([['container_t', 0], ['container_init_t', 0], ['container_kvm_t', 0], ['container_engine_t', 31]]);

/**
 * SELinux sees containers as containers.
 *
 *   field                                                              allowed
 *   {spec,containers[*]}.securityContext.seLinuxOptions.type           absent, "", container_t, container_init_t, container_kvm_t, container_engine_t
 *   {spec,containers[*]}.securityContext.seLinuxOptions.{user,role}    absent, ""
 *
 *   version   change
 *   v1.31     container_engine_t is allowed
 *
 * The versions are those of spec.podSecurity.version of the profile. Source: Pod Security Standards, "SELinux".
 */
export const seLinux: Check = {
  id: 'se-linux',
  title: 'SELinux sees containers as containers',
  essential: false,
  review: (view, { profile }) => securityContextsOf(view).flatMap(({ context, field, title }) => {
    const options = context.seLinuxOptions ?? {};
    const members = (['type', 'user', 'role'] as const).filter((member) => !allowed(member, options[member] ?? '', profile.spec));
    return members.map((member) => ({
      reason: 'se-linux',
      field: `${field}.seLinuxOptions.${member}`,
      message: `${title} has SELinux ${member} ${quoted(options[member] ?? '')}`,
      fix: 'remove it',
    }));
  }),
};

function allowed(member: 'type' | 'user' | 'role', value: string, { podSecurity }: ProfileSpec): boolean {
  if (value === '') return true;
  const since = member === 'type' ? CONTAINER_TYPES.get(value) : undefined;
  return since !== undefined && isSince(podSecurity.version, since);
}
