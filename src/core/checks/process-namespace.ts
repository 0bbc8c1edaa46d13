import type { Check } from './check.ts';

/**
 * Containers do not see each other's processes, nor the proxy's memory and environment.
 *
 *   field                         allowed
 *   spec.shareProcessNamespace    absent, false
 */
export const processNamespace: Check = {
  id: 'process-namespace',
  title: 'Containers do not share their processes',
  essential: true,
  review: ({ spec }) => (spec.shareProcessNamespace !== true ? [] : [{
    reason: 'process-namespace-shared',
    field: 'spec.shareProcessNamespace',
    message: 'the containers share one process namespace, the proxy\'s included',
    fix: 'remove shareProcessNamespace or set it to false',
  }]),
};
