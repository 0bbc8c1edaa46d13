import { quoted } from '../terms/quote.ts';
import type { Check, Finding } from './check.ts';
import type { PodView } from './view.ts';

/**
 * Names mean what the proxy's resolver says, not what `/etc/hosts` says.
 *
 *   field                    allowed
 *   spec.hostAliases         absent, empty
 *   spec.hostnameOverride    absent, a name without dots (the kubelet writes it into /etc/hosts)
 */
export const hostAliases: Check = {
  id: 'host-aliases',
  title: 'The pod names no addresses of its own',
  essential: false,
  review: (view) => [...aliases(view), ...override(view)],
};

function aliases({ spec }: PodView): Finding[] {
  return (spec.hostAliases ?? []).length === 0 ? [] : [{
    reason: 'host-aliases',
    field: 'spec.hostAliases',
    message: 'the pod writes addresses into /etc/hosts, which the capture rejects',
    fix: 'remove hostAliases',
  }];
}

function override({ spec: { hostnameOverride = '' } }: PodView): Finding[] {
  return !hostnameOverride.includes('.') ? [] : [{
    reason: 'hostname-override',
    field: 'spec.hostnameOverride',
    message: `the pod calls itself ${quoted(hostnameOverride)} in /etc/hosts, where programs look before they ask the proxy`,
    fix: 'use a name without dots, or hostname',
  }];
}
