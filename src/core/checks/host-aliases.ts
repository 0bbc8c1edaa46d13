import type { Check } from './check.ts';

/**
 * Names mean what the proxy's resolver says, not what `/etc/hosts` says.
 *
 *   field               allowed
 *   spec.hostAliases    absent, empty
 */
export const hostAliases: Check = {
  id: 'host-aliases',
  title: 'The pod names no addresses of its own',
  essential: false,
  review: ({ spec }) => ((spec.hostAliases ?? []).length === 0 ? [] : [{
    reason: 'host-aliases',
    field: 'spec.hostAliases',
    message: 'the pod writes addresses into /etc/hosts, which the capture rejects',
    fix: 'remove hostAliases',
  }]),
};
