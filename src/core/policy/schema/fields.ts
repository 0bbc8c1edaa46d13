import { z } from 'zod';
import type { TextFault } from '../text-faults.ts';

/** A text that one parser of ours has to understand. */
export function checked(description: string, longest: number, check: (text: string) => TextFault | undefined) {
  return z.string().max(longest).superRefine((text, context) => {
    const fault = check(text);
    if (fault !== undefined) context.addIssue(issueOf(fault));
  }).meta({ description });
}

/** A fault as zod carries it. */
export function issueOf({ message, expected, nearest }: TextFault) {
  return { code: 'custom' as const, message, params: { expected, nearest } };
}

/** A text that fits a pattern; `expected` is the pattern in words. */
export function shaped(description: string, longest: number, pattern: RegExp, expected: string) {
  return checked(description, longest, (text) => (pattern.test(text) ? undefined : { message: `is ${JSON.stringify(text)}`, expected }));
}

/** A label of a DNS name (RFC 1123), as Kubernetes names things. */
export function label(description: string) {
  return shaped(description, 63, /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'lower-case letters, digits and inner hyphens');
}

export function port(description: string) {
  return z.int().min(1).max(65_535).meta({ description });
}

/** A list with a bound, so that no file makes a snapshot of unbounded size. */
export function list<T extends z.ZodType>(item: T, longest: number, description: string) {
  return z.array(item).max(longest).meta({ description });
}
