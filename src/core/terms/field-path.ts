import { isObject } from './is-object.ts';

/** Keys and positions in lists. */
export type FieldSteps = readonly (string | number)[];

/** `spec.containers[0].env["a.b"]` as keys and positions. */
export function stepsOfField(field: string): FieldSteps {
  return [...field.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(([, index, quoted, plain]) => (index === undefined ? (quoted ?? plain ?? '') : Number(index)));
}

/** What stands at `steps` of JSON. */
export function valueAt(root: unknown, steps: FieldSteps): unknown {
  return steps.reduce<unknown>((value, step) => {
    if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, root);
}

/** A copy of JSON in which `value` stands at `steps`; objects that are missing on the way are made. A way through anything else leads nowhere and changes nothing. */
export function replacedAt(root: unknown, [step, ...rest]: FieldSteps, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number') return Array.isArray(root) && step < root.length ? root.with(step, replacedAt(root[step], rest, value)) : root;
  const parent = root === undefined || root === null ? {} : root;
  if (!isObject(parent)) return root;
  return { ...parent, [step]: replacedAt(Object.hasOwn(parent, step) ? parent[step] : undefined, rest, value) };
}
