import { isObject } from '../terms/is-object.ts';

export interface GroupKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly kind: string;
}

/** Where in an object a pod stands. The empty path is the object itself. */
export type PodPath = readonly string[];

const TEMPLATE = ['spec', 'template'];

/** Kinds that we review, by where their pod is. A kind that is not here is nobody's that we know. */
const POD_PATHS: ReadonlyMap<string, PodPath> = new Map([
  ['/Pod', []],
  ['/ReplicationController', TEMPLATE],
  ['apps/Deployment', TEMPLATE],
  ['apps/StatefulSet', TEMPLATE],
  ['apps/DaemonSet', TEMPLATE],
  ['apps/ReplicaSet', TEMPLATE],
  ['batch/Job', TEMPLATE],
  ['batch/CronJob', ['spec', 'jobTemplate', ...TEMPLATE]],
]);

export function podPath({ group, kind }: GroupKind): PodPath | undefined {
  return POD_PATHS.get(`${group}/${kind}`);
}

/** Names of the kinds that we review, for messages. */
export function reviewedKinds(): string[] {
  return [...POD_PATHS.keys()].map((key) => key.slice(key.indexOf('/') + 1));
}

/** The resource by which the API serves a kind that we review: the kind's plural, which is regular in all of them. */
export function resourceOf(kind: GroupKind): string | undefined {
  return podPath(kind) === undefined ? undefined : `${kind.kind.toLowerCase()}s`;
}

/** What stands at a path of hostile JSON. */
export function at(object: unknown, path: PodPath): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined), object);
}
