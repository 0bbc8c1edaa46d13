import type { ProfileSpec } from '../policy/profile.ts';
import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import { parseQuantity } from './quantity.ts';
import type { ContainerAt, PodView } from './view.ts';

/**
 * No container can use up the node.
 *
 *   field                                                              allowed
 *   containers[*].resources.limits.{cpu,memory,ephemeral-storage}      above 0, at most spec.limits of the profile
 *   spec.resources.limits.{cpu,memory}                                 absent: limits of the whole pod take from the sidecar what it needs
 *
 * Ephemeral containers have none: the API gives them no resources.
 */
export const resourceLimits: Check = {
  id: 'resource-limits',
  title: 'cpu, memory and ephemeral-storage are limited',
  essential: false,
  review: (view, { profile }) => [
    ...view.containers.flatMap((one) => RESOURCES.flatMap((resource) => limit(one, resource, profile.spec.limits))),
    ...ofWholePod(view),
  ],
};

const RESOURCES = [
  { name: 'cpu', member: 'cpu', example: '500m' },
  { name: 'memory', member: 'memory', example: '512Mi' },
  { name: 'ephemeral-storage', member: 'ephemeralStorage', example: '1Gi' },
] as const;

function limit({ kind, container, field, title }: ContainerAt, { name, member, example }: typeof RESOURCES[number], ceilings: ProfileSpec['limits']): Finding[] {
  const at = `${field}.resources.limits.${name}`;
  const ceiling = ceilings[member];
  const given = container.resources?.limits?.[name];
  if (given === undefined) {
    return kind === 'ephemeral container' ? [] : [{ reason: 'limit-missing', field: at, message: `${title} has no limit of ${name}`, fix: `set resources.limits.${name}, such as ${example}; at most ${ceiling}` }];
  }
  const amount = parseQuantity(given);
  if (amount === undefined || amount === 0n) {
    return [{ reason: 'limit-malformed', field: at, message: `${title} limits ${name} to ${quoted(String(given))}, which is no amount above 0`, fix: `write an amount such as ${example}` }];
  }
  const highest = parseQuantity(ceiling);
  if (highest !== undefined && amount <= highest) return [];
  return [{ reason: 'limit-too-high', field: at, message: `${title} may use ${given} of ${name}`, fix: `set resources.limits.${name} to at most ${ceiling}` }];
}

function ofWholePod({ spec }: PodView): Finding[] {
  const limits = spec.resources?.limits ?? {};
  return (['cpu', 'memory'] as const).filter((name) => Object.hasOwn(limits, name)).map((name) => ({
    reason: 'pod-limit',
    field: `spec.resources.limits.${name}`,
    message: `the pod shares one limit of ${name} with its sidecar`,
    fix: 'remove it, and limit the containers',
  }));
}
