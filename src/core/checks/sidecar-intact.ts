import { MUTATING_CONFIGURATION, SYSTEM_NAMESPACE, TRUST_CONFIG_MAP } from '../terms/fixed-names.ts';
import { quoted } from '../terms/quote.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import { differences, type Difference } from './differences.ts';
import type { Pod } from './pod.ts';
import { SIDECAR_CONTAINERS } from './sidecar.ts';

/**
 * The pod is what injection makes of it: our containers first, as we made them, with the mounts, volumes, resolver and
 * environment that go with them, and nobody else with our token or journal.
 *
 *   field    allowed
 *   spec     equal to the derived pod's
 *
 * Names, labels and annotations prove nothing; only the comparison does.
 */
export const sidecarIntact: Check = {
  id: 'sidecar-intact',
  title: 'The sidecar is in the pod, untouched',
  essential: true,
  review: (_view, context) => findings(context),
};

const AGAIN = 'leave the sidecar to the injector: remove these fields from the manifest and create the pod again';

function findings({ pod, expected }: CheckContext): Finding[] {
  if (expected === undefined) {
    return [{
      reason: 'sidecar-unprovable',
      field: 'spec',
      message: 'nobody can tell yet what the sidecar has to look like in this cluster',
      fix: `try again once the controller has published its trust (ConfigMap ${TRUST_CONFIG_MAP} in ${SYSTEM_NAMESPACE})`,
    }];
  }
  const found = differences(pod.spec, expected.spec, 'spec');
  return found.length > 0 && !carriesSidecar(pod) ? [missing] : found.map(changed);
}

const missing: Finding = {
  reason: 'sidecar-missing',
  field: 'spec.initContainers',
  message: 'the pod does not carry the sidecar',
  fix: `create the pod again: the injector adds the sidecar on creation; if it did not, look at the webhook ${MUTATING_CONFIGURATION}`,
};

function carriesSidecar(pod: Pod): boolean {
  return (pod.spec.initContainers ?? []).some(({ name }) => SIDECAR_CONTAINERS.has(name));
}

function changed({ field, expected, got }: Difference): Finding {
  return { reason: 'sidecar-changed', field, message: `expected ${brief(expected)}, got ${brief(got)}`, fix: AGAIN };
}

/** One line of JSON; deep or long values are cut before they are written out whole. */
function brief(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return `an object with ${Object.keys(value).slice(0, 5).join(', ')}`.slice(0, 80);
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}
