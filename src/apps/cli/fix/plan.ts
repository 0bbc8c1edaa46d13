import { allAt } from '../../../core/admission/workloads.ts';
import type { CheckContext } from '../../../core/checks/check.ts';
import { same } from '../../../core/checks/differences.ts';
import { hardened } from '../../../core/checks/fixes.ts';
import type { Pod } from '../../../core/checks/pod.ts';
import { readPod } from '../../../core/checks/read-pod.ts';
import { type FieldSteps, replacedAt, stepsOfField } from '../../../core/terms/field-path.ts';
import { isObject } from '../../../core/terms/is-object.ts';
import { parseManifests, type Manifest } from '../manifest/read.ts';
import { subjectOf } from '../manifest/subject.ts';
import type { World } from '../manifest/world.ts';
import { handwritingOf } from './handwriting.ts';
import { spliced, splicesFor, type Splice } from './splices.ts';

export interface Fixed {
  readonly text: string;
  /** What was done to the old text. */
  readonly splices: readonly Splice[];
  /** Objects that could not be changed where they stand, for what else would have changed with them. */
  readonly unwritable: readonly Manifest[];
}

/**
 * Hardens every pod and pod template of a text as far as nobody has to be asked, and by the fixes of the checks in `also`. Everything
 * else in the text stays as it is, to the character. Each change is read again before it counts: what does not say exactly what was
 * meant is not made. Documents that are no Kubernetes objects are passed over. Throws `InputFault` where the text cannot be read.
 */
export function fixText(file: string, text: string, world: World, also: ReadonlySet<string>): Fixed {
  const manifests = parseManifests(file, text, false);
  const meant = manifests.map((manifest) => hardenedObject(manifest, world, also));
  const all = meant.flatMap((object, index) => splicesOf(manifests[index], object, text));
  const whole = spliced(text, all);
  if (reads(file, whole, meant)) return { text: whole, splices: all, unwritable: [] };
  return oneByOne(file, text, manifests, meant);
}

/** The object with its pods hardened; members that are null in it stay, unless they are set. */
function hardenedObject(manifest: Manifest, world: World, also: ReadonlySet<string>): unknown {
  const { object } = manifest;
  const subject = subjectOf(manifest, world.usual, world.templates);
  const setting = world.setting(subject?.namespace ?? '');
  if (subject?.path === undefined || !setting.takesAgents) return object;
  const { kind, namespace, path } = subject;
  const context: Omit<CheckContext, 'pod'> = { profile: setting.profile, facts: world.facts, ...(path.length === 0 ? {} : { templateOf: kind }) };
  return allAt(object, path).reduce<unknown>((whole, { field, value }) => {
    const read = readPod(value);
    if (!read.ok) return whole;
    const pod: Pod = { ...read.pod, metadata: { ...read.pod.metadata, namespace } };
    return changesOf(pod, hardened(pod, context, also), []).reduce((changed, { at, value: put }) => replacedAt(changed, [...stepsOfField(field), ...at], put), whole);
  }, object);
}

interface Change {
  readonly at: FieldSteps;
  readonly value: unknown;
}

/** The outermost places that were added, and the innermost that changed. */
function changesOf(before: unknown, after: unknown, at: FieldSteps): Change[] {
  if (same(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    return Object.keys(after).flatMap((key) => (Object.hasOwn(before, key) ? changesOf(before[key], after[key], [...at, key]) : [{ at: [...at, key], value: after[key] }]));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) return before.flatMap((one, index) => changesOf(one, after[index], [...at, index]));
  return [{ at, value: after }];
}

function splicesOf(manifest: Manifest | undefined, object: unknown, text: string): Splice[] {
  return manifest === undefined ? [] : splicesFor(manifest.node, manifest.object, object, { text, hand: handwritingOf(text) });
}

/** Where anchors share what only one object should have changed, the others still can be. */
function oneByOne(file: string, text: string, manifests: readonly Manifest[], meant: readonly unknown[]): Fixed {
  const splices: Splice[] = [];
  const unwritable: Manifest[] = [];
  const said: unknown[] = manifests.map(({ object }) => object);
  for (const [index, manifest] of manifests.entries()) {
    const own = splicesOf(manifest, meant[index], text);
    if (reads(file, spliced(text, [...splices, ...own]), said.with(index, meant[index]))) {
      splices.push(...own);
      said[index] = meant[index];
    } else unwritable.push(manifest);
  }
  return { text: spliced(text, splices), splices, unwritable };
}

function reads(file: string, text: string, objects: readonly unknown[]): boolean {
  try {
    return same(parseManifests(file, text, false).map(({ object }) => object), objects);
  } catch {
    return false;
  }
}
