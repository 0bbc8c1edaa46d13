import { expect, test } from 'vitest';
import { Memory, type Remembered } from '../../../../src/apps/webhook/scan/memory.ts';
import type { ScannedPod } from '../../../../src/apps/webhook/scan/scanned-pod.ts';

const DEBOUNCE = { debounce: 2_000 };

const pod = (uid: string, changes: Partial<ScannedPod> = {}): ScannedPod => ({ namespace: 'agents', name: uid, uid, digest: 'a', created: 0, finished: false, ...changes });
const remembered = (one: ScannedPod, next = 3_600_000): Remembered => ({ pod: one, circumstances: 'enforce', next, refusals: 0 });
const names = (pods: readonly ScannedPod[]): string[] => pods.map(({ uid }) => uid);

function memory(...pods: Remembered[]): Memory {
  const made = new Memory();
  for (const one of pods) made.set(one.pod.uid, one);
  return made;
}

const HERE = new Map([['agents', 'enforce']]);

test('a pod that was never looked at is due at once, before those that wait since long', () => {
  const made = memory(remembered(pod('old'), 10));
  expect(names(made.due([pod('old'), pod('new')], HERE, 5_000, DEBOUNCE))).toEqual(['new', 'old']);
});

test('nothing is due where nothing changed and no hour has passed', () => {
  const made = memory(remembered(pod('a')));
  expect(made.due([pod('a')], HERE, 3_599_999, DEBOUNCE)).toEqual([]);
  expect(names(made.due([pod('a')], HERE, 3_600_000, DEBOUNCE))).toEqual(['a']);
});

test('a change is looked at two seconds after it was first seen, however often the pod changes on', () => {
  const made = memory(remembered(pod('a')));
  expect(made.due([pod('a', { digest: 'b' })], HERE, 1_000, DEBOUNCE)).toEqual([]);
  expect(made.due([pod('a', { digest: 'c' })], HERE, 2_000, DEBOUNCE)).toEqual([]);
  expect(names(made.due([pod('a', { digest: 'd' })], HERE, 3_000, DEBOUNCE))).toEqual(['a']);
});

test('another mode or profile of the namespace is a change of each of its pods', () => {
  const made = memory(remembered(pod('a')), remembered(pod('b', { namespace: 'lab' })));
  const circumstances = new Map([['agents', 'warn'], ['lab', 'enforce']]);
  made.due([pod('a'), pod('b', { namespace: 'lab' })], circumstances, 0, DEBOUNCE);
  expect(names(made.due([pod('a'), pod('b', { namespace: 'lab' })], circumstances, 2_000, DEBOUNCE))).toEqual(['a']);
});

test('a pod that is made again under its name is another one, and the one before is forgotten', () => {
  const made = memory(remembered(pod('a')));
  const again = pod('a2', { name: 'a' });
  made.keepOnly([again]);
  expect([...made.all()]).toEqual([]);
  expect(names(made.due([again], HERE, 0, DEBOUNCE))).toEqual(['a2']);
});
