import type { Facts } from '../../../src/apps/webhook/ports.ts';
import { NOTHING_KNOWN } from '../../../src/core/checks/facts.ts';
import { known, unknown } from '../../../src/core/terms/fact.ts';

/** The facts about single objects where there are none. */
export const NO_OBJECTS: Pick<Facts, 'objects' | 'objectsNow' | 'livePod' | 'exemptions' | 'workloads' | 'podsOf' | 'now' | 'templates'> = {
  objects: NOTHING_KNOWN,
  objectsNow: () => Promise.resolve(NOTHING_KNOWN),
  livePod: () => Promise.resolve(known(undefined)),
  exemptions: () => known([]),
  workloads: () => Promise.resolve(known([])),
  templates: () => [],
  now: Date.now,
  async *podsOf() {
    yield unknown('There are no pods.');
  },
};
