import { isObject } from '../../../core/terms/is-object.ts';
import type { Steps } from './field.ts';

/** A copy of JSON in which `value` stands at `steps`; objects that are missing on the way are made. A way through anything else leads nowhere and changes nothing. */
export function replacedAt(root: unknown, [step, ...rest]: Steps, value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(root)) return typeof step === 'number' && step < root.length ? root.with(step, replacedAt(root[step], rest, value)) : root;
  if (typeof step === 'number' || !(isObject(root) || root === undefined || root === null)) return root;
  const member = root === undefined || root === null || !Object.hasOwn(root, step) ? undefined : root[step];
  return { ...root, [step]: replacedAt(member, rest, value) };
}
