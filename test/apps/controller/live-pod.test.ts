import { expect, test } from 'vitest';
import { readLivePod } from '../../../src/apps/controller/live-pod.ts';

const POD = {
  apiVersion: 'v1', kind: 'Pod',
  metadata: { name: 'triage-1', namespace: 'agents', uid: 'uid-1' },
  spec: { serviceAccountName: 'triage', containers: [] },
};

test('keeps of a pod what identity needs', () => {
  expect(readLivePod(POD)).toEqual({ namespace: 'agents', name: 'triage-1', uid: 'uid-1', serviceAccount: 'triage', labels: {}, finished: false });
});

test.each([
  ['labels', { metadata: { ...POD.metadata, labels: { app: 'triage' } } }, { labels: { app: 'triage' } }],
  ['no service account', { spec: { containers: [] } }, { serviceAccount: 'default' }],
  ['a deletion', { metadata: { ...POD.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' } }, { deletedAt: Date.parse('2026-01-01T00:00:30Z') }],
  ['success', { status: { phase: 'Succeeded' } }, { finished: true }],
  ['failure', { status: { phase: 'Failed' } }, { finished: true }],
  ['a controller among its owners', {
    metadata: {
      ...POD.metadata,
      ownerReferences: [{ apiVersion: 'v1', kind: 'Thing', name: 'a', uid: '1' }, { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'b', uid: '2', controller: true, blockOwnerDeletion: true }],
    },
  }, { owner: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'b', uid: '2' } }],
])('reads %s', (_name, change, expected) => {
  expect(readLivePod({ ...POD, ...change })).toMatchObject(expected);
});

test.each([
  ['without a uid', { metadata: { name: 'triage-1', namespace: 'agents' } }],
  ['with labels that are no text', { metadata: { ...POD.metadata, labels: { app: 1 } } }],
  ['without a specification', { spec: undefined }],
])('an object %s is no pod', (_name, change) => {
  expect(readLivePod({ ...POD, ...change } as never)).toBeUndefined();
});
