import { quoted } from '../terms/quote.ts';
import type { Check } from './check.ts';
import type { Toleration } from './pod.ts';

const CONTROL_PLANE: ReadonlySet<string> = new Set(['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master']);

/**
 * The agent stays off nodes that are kept for the cluster itself.
 *
 *   field                    allowed
 *   spec.tolerations[*]      a key, and none of node-role.kubernetes.io/control-plane and /master; any where the effect is PreferNoSchedule
 */
export const tolerations: Check = {
  id: 'tolerations',
  title: 'The agent stays off the control plane',
  essential: false,
  review: ({ spec }) => (spec.tolerations ?? []).flatMap((toleration, index) => {
    const key = toleration.key ?? '';
    if (!isTooTolerant(toleration)) return [];
    return [{
      reason: key === '' ? 'tolerates-everything' : 'tolerates-control-plane',
      field: `spec.tolerations[${index}]`,
      message: `the pod tolerates ${key === '' ? 'every taint, that of the control plane too' : `taint ${quoted(key)}`}`,
      fix: key === '' ? 'name the keys that it has to tolerate' : 'remove it; run agents on nodes of their own',
    }];
  }),
};

function isTooTolerant({ key = '', effect }: Toleration): boolean {
  return effect !== 'PreferNoSchedule' && (key === '' || CONTROL_PLANE.has(key));
}
