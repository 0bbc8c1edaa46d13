import type { Check } from './check.ts';

/**
 * The environment does not list the namespace's services.
 *
 *   field                      allowed
 *   spec.enableServiceLinks    false (injection sets it: the API server's default is true)
 */
export const serviceLinks: Check = {
  id: 'service-links',
  title: 'The environment lists no services',
  essential: false,
  review: ({ spec }) => (spec.enableServiceLinks === false ? [] : [{
    reason: 'service-links',
    field: 'spec.enableServiceLinks',
    message: 'every service of the namespace is written into the environment, with its address',
    fix: 'set enableServiceLinks: false; ask for services by name',
  }]),
};
