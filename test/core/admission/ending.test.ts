import { describe, expect, test } from 'vitest';
import type { AdmissionRequest } from '../../../src/core/admission/request.ts';
import { review } from '../../../src/core/admission/review.ts';
import { contextOf, creationOf } from './requests.ts';

const deletion = (options?: object): AdmissionRequest => creationOf(undefined, { operation: 'DELETE', ...(options && { options }) });
const eviction = (deleteOptions?: object): AdmissionRequest => creationOf({ apiVersion: 'policy/v1', kind: 'Eviction', ...(deleteOptions && { deleteOptions }) }, {
  kind: { group: 'policy', version: 'v1', kind: 'Eviction' }, resource: { group: '', version: 'v1', resource: 'pods' }, subResource: 'eviction',
});
const told = (request: AdmissionRequest, context = contextOf()): unknown => {
  const { allowed, faults } = review(request, context);
  return allowed ? 'allowed' : faults.map(({ reason, field, fix }) => [reason, field, fix]);
};
const TOO_SLOW = (field: string, most = 300): unknown => [['ending-too-slow', field, `ask for at most ${most} seconds, or for none: then the pod's own count`]];

describe('what ends a pod', () => {
  test.each([
    ['a deletion that says nothing', deletion()],
    ['a deletion at once', deletion({ gracePeriodSeconds: 0 })],
    ['a deletion within the bound', deletion({ gracePeriodSeconds: 300 })],
    ['an eviction that says nothing', eviction()],
    ['an eviction within the bound', eviction({ gracePeriodSeconds: 300 })],
    ['the deletion of something else', { ...deletion({ gracePeriodSeconds: 864_000 }), resource: { group: 'apps', version: 'v1', resource: 'deployments' } }],
  ])('%s passes', (_, request) => {
    expect(told(request)).toBe('allowed');
  });

  test('more time than the profile gives is refused: it replaces the pod\'s own, and outlives the lifetime', () => {
    expect(told(deletion({ gracePeriodSeconds: 301 }))).toEqual(TOO_SLOW('gracePeriodSeconds'));
    expect(told(eviction({ gracePeriodSeconds: 864_000 }))).toEqual(TOO_SLOW('deleteOptions.gracePeriodSeconds'));
  });

  test.each([['text', '1'], ['nothing', null], ['no number', Number.NaN]])('a time that is %s is refused', (_, gracePeriodSeconds) => {
    expect(told(deletion({ gracePeriodSeconds }))).toEqual(TOO_SLOW('gracePeriodSeconds'));
  });

  test('where the profile is not known Kubernetes\' own time counts', () => {
    const { profile: _, ...unprofiled } = contextOf();
    expect(told(deletion({ gracePeriodSeconds: 31 }), unprofiled)).toEqual(TOO_SLOW('gracePeriodSeconds', 30));
  });

  test('where nothing is enforced it is only said', () => {
    const { allowed, warnings } = review(deletion({ gracePeriodSeconds: 301 }), contextOf('warn'));
    expect(allowed).toBe(true);
    expect(warnings).toEqual(['[admission] gracePeriodSeconds: the pod would have 301 seconds to end, and run on for as long']);
  });
});
