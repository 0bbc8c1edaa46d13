import type { Pod } from '../../../../src/core/checks/pod.ts';
import { goodPod } from '../pods.ts';
import { type Examples, passing } from './example.ts';

function endless(kind?: string): Pod {
  const { spec: { activeDeadlineSeconds: _, ...spec }, ...pod } = goodPod();
  if (kind === undefined) return { ...pod, spec };
  const owner = { apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1', kind, name: 'triage', uid: '7a1c5f0e-0000-4000-8000-000000000000', controller: true };
  return { ...pod, metadata: { ...pod.metadata, ownerReferences: [owner] }, spec };
}

const FAULT = 'lifetime-unbounded spec.activeDeadlineSeconds';

export const lifetimeSet: Examples = {
  pass: { set: passing({}), 'of-a-replica-set': { pod: endless('ReplicaSet') } },
  fail: {
    absent: { pod: endless(), faults: [FAULT] },
    'of-a-job': { pod: endless('Job'), faults: [FAULT] },
    'template-of-a-job': { pod: endless(), template: true, faults: ['lifetime-unbounded spec.template.spec.activeDeadlineSeconds'] },
    'where-nothing-is-recycled': { pod: endless('ReplicaSet'), given: { says: 'the profile recycles nothing', profile: { lifetimeUnset: 'deny' } }, faults: [FAULT] },
  },
};
