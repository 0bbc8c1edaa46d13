import { review } from '../../../../src/core/admission/review.ts';
import type { Fault } from '../../../../src/core/checks/check.ts';
import type { Pod } from '../../../../src/core/checks/pod.ts';
import { contextOf, creationOf, updateOf } from '../../admission/requests.ts';
import { CONTAINED, FACTS } from '../pods.ts';
import type { Example } from './example.ts';

const JOB = { group: 'batch', version: 'v1', kind: 'Job' };
const JOBS = { group: 'batch', version: 'v1', resource: 'jobs' };

const asItStands = (pod: Pod): Pod => pod;

/** What a golden file holds: the pod, or a Job of which it is the template. */
export function objectOf({ pod, template }: Example): object {
  const { metadata, spec } = pod;
  return template !== true ? pod : {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: metadata?.name, namespace: metadata?.namespace },
    spec: { template: { spec: { restartPolicy: 'Never', ...spec } } },
  };
}

/** Every fault that a review finds in the object, where the profile `contained` softens nothing. */
export function faultsOf(example: Example): readonly Fault[] {
  const { template, given } = example;
  const profile = { ...CONTAINED, spec: { ...CONTAINED.spec, warnOnly: [], ...given?.profile } };
  const object = objectOf(example);
  const request = given?.before === undefined ? creationOf(object, template === true ? { kind: JOB, resource: JOBS } : {}) : updateOf(given.before, object);
  const { derive: _, ...context } = contextOf('enforce', { profile, facts: { ...FACTS, ...given?.facts } });
  return review(request, given?.derive === 'not known' ? context : { ...context, derive: given?.derive ?? asItStands }).faults;
}
