import type { Check, CheckContext, OwnerKind } from './check.ts';
import type { PodView } from './view.ts';

/** Kinds whose templates must not name an end, and a Deployment, whose pods a ReplicaSet owns. */
const ENDLESS: ReadonlySet<string> = new Set(['/ReplicationController', 'apps/ReplicaSet', 'apps/StatefulSet', 'apps/DaemonSet', 'apps/Deployment']);

/**
 * An agent names its end.
 *
 *   field                         allowed
 *   spec.activeDeadlineSeconds    present; absent where spec.lifetimeUnset of the profile is recycle and the pod's controller is a ReplicaSet,
 *                                 StatefulSet, DaemonSet or ReplicationController, whose templates cannot have it
 *
 * What the pod says of its owner is believed, though anybody can write it: all it earns is that the pod is evicted at its longest life.
 */
export const lifetimeSet: Check = {
  id: 'lifetime-set',
  title: 'An agent names its end',
  essential: false,
  review: (view, context) => (view.spec.activeDeadlineSeconds !== undefined || isRecycled(view, context) ? [] : [{
    reason: 'lifetime-unbounded',
    field: 'spec.activeDeadlineSeconds',
    message: 'the agent may live for ever',
    fix: `set activeDeadlineSeconds to at most ${context.profile.spec.maxLifetimeSeconds}; a Deployment cannot, a Job can`,
  }]),
};

function isRecycled(view: PodView, { profile, templateOf }: CheckContext): boolean {
  if (profile.spec.lifetimeUnset !== 'recycle') return false;
  const { group, kind } = templateOf ?? controllerOf(view);
  return ENDLESS.has(`${group}/${kind}`);
}

function controllerOf({ metadata }: PodView): OwnerKind {
  const { apiVersion = '', kind = '' } = metadata.ownerReferences?.find(({ controller }) => controller === true) ?? {};
  return { group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '', kind };
}
