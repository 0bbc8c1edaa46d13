import type { PolicyBook } from './policy-book.ts';
import type { PolicyReading } from './policy-reading.ts';
import type { Collection, ControllerPorts, Log } from './ports.ts';
import type { Publisher } from './publisher.ts';

/** Milliseconds without a word of the API server (bookmarks come about once a minute) after which what is in memory may be out of date. */
const FRESH = 180_000;

/** Whether the controller knows what it would vouch for: everything was listed, and the API server is still there. */
export function isCurrent({ pods, policies, now }: Pick<ControllerPorts, 'pods' | 'policies' | 'now'>): boolean {
  return [pods, policies].every((collection: Collection<unknown>) => {
    return collection.synced && collection.lastContact !== undefined && now() - collection.lastContact < FRESH;
  });
}

/** Keeps the book, and with it the sidecars, as the cluster's policies are. Returns what ends it. */
export function followPolicies({ policies, log }: Pick<ControllerPorts, 'policies' | 'log'>, book: PolicyBook, publisher: Publisher): () => void {
  for (const reading of policies.list()) take(book, reading, log);
  return policies.onChange((change) => {
    if (change.kind === 'removed') book.remove(change.object);
    else take(book, change.object, log);
    publisher.policiesChanged(change.object.namespace);
  });
}

/** Tells sidecars of changed labels, and lets go those whose pod is no more. Returns what ends it. */
export function followPods({ pods }: Pick<ControllerPorts, 'pods'>, publisher: Publisher): () => void {
  return pods.onChange((change) => {
    const before = change.kind === 'changed' ? change.before : undefined;
    // A pod deleted and made again under its name can look like a change, where the watch was interrupted.
    if (before !== undefined && before.uid !== change.object?.uid) publisher.podRemoved(before.uid);
    if (change.object === undefined) return;
    if (change.kind === 'removed') publisher.podRemoved(change.object.uid);
    else publisher.podChanged(change.object.uid);
  });
}

function take(book: PolicyBook, reading: PolicyReading, log: Log): void {
  book.put(reading);
  const { namespace, name, problem } = reading;
  if (problem !== undefined) log.error({ policy: `${namespace}/${name}`, problem }, 'policy refused; its last good version stays in force, or without one every call in its namespace is denied');
}
