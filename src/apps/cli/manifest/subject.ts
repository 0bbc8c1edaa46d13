import { podPath } from '../../../core/admission/resources.ts';
import { at, type GroupKind, type PodPath } from '../../../core/admission/workloads.ts';
import type { Members } from './read.ts';

/** An object of a kind that has pods in it. */
export interface Subject {
  readonly kind: GroupKind & { readonly version: string };
  readonly namespace: string;
  readonly name: string;
  readonly path: PodPath;
}

/** What gate one sees in an object; `undefined` where it is of a kind that has no pods in it. */
export function subjectOf(object: Members, namespace: string): Subject | undefined {
  const kind = groupVersionKind(object);
  const path = podPath(kind);
  if (path === undefined) return undefined;
  return { kind, path, namespace: textAt(object, 'namespace') ?? namespace, name: textAt(object, 'name') ?? textAt(object, 'generateName') ?? '' };
}

/** `apps/v1` and `Deployment` apart; an object without them is of no kind. */
function groupVersionKind(object: Members): Subject['kind'] {
  const [apiVersion, kind] = [object['apiVersion'], object['kind']].map((value) => (typeof value === 'string' ? value : ''));
  const [group = '', version] = (apiVersion ?? '').split('/');
  return version === undefined ? { group: '', version: group, kind: kind ?? '' } : { group, version, kind: kind ?? '' };
}

function textAt(object: Members, member: string): string | undefined {
  const value = at(object, ['metadata', member]);
  return typeof value === 'string' ? value : undefined;
}
