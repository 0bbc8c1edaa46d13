import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { pathOf, RESOURCES, reviewFor, type ListedTemplate } from '../../../core/admission/resources.ts';
import { at, type GroupKind, type PodPath } from '../../../core/admission/workloads.ts';
import { isOwn } from './world.ts';
import type { Manifest, Members } from './read.ts';

/** An object that gate one reviews where it is created. */
export interface Subject {
  readonly kind: GroupKind & { readonly version: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  /** Empty for what is for the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  /** Where its pods are; absent where it is of a kind of ours. */
  readonly path?: PodPath;
}

/** What gate one sees in an object; undefined where it is of a kind that is not reviewed. Throws `InputFault` for a kind that the API serves under another group. */
export function subjectOf(manifest: Pick<Manifest, 'object' | 'file' | 'positionOf'>, usual: string, listed: readonly ListedTemplate[] = []): Subject | undefined {
  const { object } = manifest;
  const kind = groupVersionKind(object);
  const name = textAt(object, 'name') ?? textAt(object, 'generateName') ?? '';
  const resource = resourceOf(kind, listed);
  if (resource === undefined) {
    refuseOtherGroup(manifest, kind);
    return undefined;
  }
  const asked = { kind, resource: { group: kind.group, version: kind.version, resource } };
  const path = pathOf(reviewFor(asked, listed));
  if (path === undefined && !isOwn(object)) return undefined;
  const namespace = kind.kind === 'SandboxProfile' ? '' : (textAt(object, 'namespace') ?? usual);
  return { ...asked, namespace, name, ...(path === undefined ? {} : { path }) };
}

function resourceOf({ group, kind }: GroupKind, listed: readonly ListedTemplate[]): string | undefined {
  return [...RESOURCES, ...listed].find((row) => row.group === group && row.kind === kind)?.resource;
}

/** Passed over, `apiVersion: v1` above a Deployment would look like a review. Groups with a domain may have a kind of any name. */
function refuseOtherGroup({ object, file, positionOf }: Pick<Manifest, 'object' | 'file' | 'positionOf'>, { group, kind }: GroupKind): void {
  const meant = RESOURCES.find((row) => row.kind === kind && row.group !== group && pathOf(row.review) !== undefined);
  if (meant === undefined || group.includes('.')) return;
  const { line, column } = positionOf('apiVersion');
  const right = meant.group === '' ? 'v1' : `${meant.group}/v1`;
  throw new InputFault('unfit', `${file}:${line}:${column}: apiVersion: ${JSON.stringify(object['apiVersion'])} has no kind ${kind} (expected ${right})`);
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
