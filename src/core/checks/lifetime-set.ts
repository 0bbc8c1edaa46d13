import type { Check } from './check.ts';

/**
 * An agent names its end.
 *
 *   field                         allowed
 *   spec.activeDeadlineSeconds    present
 *
 * A check of its own because Deployments cannot carry the field: the built-in profiles warn, others may deny.
 */
export const lifetimeSet: Check = {
  id: 'lifetime-set',
  title: 'An agent names its end',
  essential: false,
  review: ({ spec }, { profile }) => (spec.activeDeadlineSeconds !== undefined ? [] : [{
    reason: 'lifetime-unbounded',
    field: 'spec.activeDeadlineSeconds',
    message: 'the agent may live for ever',
    fix: `set activeDeadlineSeconds to at most ${profile.spec.maxLifetimeSeconds}; a Deployment cannot, a Job can`,
  }]),
};
