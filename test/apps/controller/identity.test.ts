import { expect, test } from 'vitest';
import { subjectOf } from '../../../src/apps/controller/identity.ts';
import type { LivePod } from '../../../src/apps/controller/live-pod.ts';

const podOf = (labels: Record<string, string>): LivePod => ({ namespace: 'agents', name: 'triage-7d9f', uid: 'u1', serviceAccount: 'default', labels, finished: false });

test.each([
  ['its label', { 'sallyport.dev/agent': 'triage' }, 'triage'],
  ['its workload without one', {}, 'owner'],
  ['its workload where the label is empty', { 'sallyport.dev/agent': '' }, 'owner'],
])('an agent is named after %s', async (_source, labels, agent) => {
  expect(await subjectOf(podOf(labels), async () => 'owner')).toEqual({ namespace: 'agents', agent, serviceAccount: 'default', pod: 'triage-7d9f', uid: 'u1', labels });
});
