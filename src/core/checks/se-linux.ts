import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';
import { securityContextsOf } from './view.ts';

const CONTAINER_TYPES: ReadonlySet<string> = new Set(['container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t']);

/**
 * SELinux sees containers as containers.
 *
 *   field                                                              allowed
 *   {spec,containers[*]}.securityContext.seLinuxOptions.type           absent, "", container_t, container_init_t, container_kvm_t, container_engine_t
 *   {spec,containers[*]}.securityContext.seLinuxOptions.{user,role}    absent, ""
 *
 * Source: Pod Security Standards, "SELinux".
 */
export const seLinux: Check = {
  id: 'se-linux',
  title: 'SELinux sees containers as containers',
  essential: false,
  review: (view) => securityContextsOf(view).flatMap(({ context, field, title }) => {
    const options = context.seLinuxOptions ?? {};
    const members = (['type', 'user', 'role'] as const).filter((member) => !allowed(member, options[member] ?? ''));
    return members.map((member) => ({
      reason: 'se-linux',
      field: `${field}.seLinuxOptions.${member}`,
      message: `${title} has SELinux ${member} ${quoted(options[member] ?? '')}`,
      fix: 'remove it',
    }));
  }),
};

function allowed(member: 'type' | 'user' | 'role', value: string): boolean {
  return value === '' || (member === 'type' && CONTAINER_TYPES.has(value));
}
