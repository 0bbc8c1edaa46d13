import { z } from 'zod';

/** What is wrong with one text of a policy, and how to write it. */
export interface TextFault {
  readonly message: string;
  readonly expected?: string;
  readonly nearest?: string | undefined;
}

/** A text that one parser of ours has to understand. */
export function checked(description: string, longest: number, check: (text: string) => TextFault | undefined) {
  return z.string().max(longest).superRefine((text, context) => {
    const fault = check(text);
    if (fault === undefined) return;
    const { message, expected, nearest } = fault;
    context.addIssue({ code: 'custom', message, params: { expected, nearest } });
  }).meta({ description });
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
