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
  const page = { text, hand: handwritingOf(text) };
  const all = manifests.map((manifest, index) => ({ manifest, index, meant: meant[index], splices: splicesFor(manifest.node, manifest.object, meant[index], page) }));
  return settled(file, text, all, { splices: [], unwritable: [], said: manifests.map(({ object }) => object) });
}

interface Planned {
  readonly manifest: Manifest;
  readonly index: number;
  readonly meant: unknown;
  readonly splices: readonly Splice[];
}

interface Settled {
  readonly splices: readonly Splice[];
  readonly unwritable: readonly Manifest[];
  /** What every object of the text says by now. */
  readonly said: readonly unknown[];
}

/** Makes what is planned, all at once if the text then says what was meant; else each half by itself, down to the objects that cannot be changed. */
function settled(file: string, text: string, planned: readonly Planned[], before: Settled): Settled & { readonly text: string } {
  const splices = [...before.splices, ...planned.flatMap((one) => one.splices)];
  const said = withMeant(before.said, planned);
  const whole = spliced(text, splices);
  if (reads(file, whole, said)) return { ...before, splices, said, text: whole };
  if (planned.length < 2) return { ...before, unwritable: [...before.unwritable, ...planned.map(({ manifest }) => manifest)], text: spliced(text, before.splices) };
  const middle = Math.ceil(planned.length / 2);
  return settled(file, text, planned.slice(middle), settled(file, text, planned.slice(0, middle), before));
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

function withMeant(said: readonly unknown[], planned: readonly Planned[]): readonly unknown[] {
  const meant = new Map(planned.map((one) => [one.index, one.meant]));
  return said.map((object, index) => (meant.has(index) ? meant.get(index) : object));
}

function reads(file: string, text: string, objects: readonly unknown[]): boolean {
  try {
    return same(parseManifests(file, text, false).map(({ object }) => object), objects);
  } catch {
    return false;
  }
}
