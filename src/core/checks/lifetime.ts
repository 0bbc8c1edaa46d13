import type { Check } from './check.ts';

/**
 * An agent that names its end names one within the profile's bound.
 *
 *   field                         allowed
 *   spec.activeDeadlineSeconds    absent, at most spec.maxLifetimeSeconds of the profile
 */
export const lifetime: Check = {
  id: 'lifetime',
  title: 'An agent ends in time',
  essential: false,
  review: ({ spec }, { profile }) => {
    const { maxLifetimeSeconds } = profile.spec;
    if (spec.activeDeadlineSeconds === undefined || spec.activeDeadlineSeconds <= maxLifetimeSeconds) return [];
    return [{
      reason: 'lifetime-too-long',
      field: 'spec.activeDeadlineSeconds',
      message: `the agent may live ${spec.activeDeadlineSeconds} seconds`,
      fix: `set activeDeadlineSeconds to at most ${maxLifetimeSeconds}`,
    }];
  },
};
