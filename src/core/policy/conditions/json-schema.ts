import type { AnySchemaObject, Options, ValidateFunction } from 'ajv';
import type { TextFault } from '../text-faults.ts';
import { compiledPattern, withinBudget } from './budget.ts';
import { ajv } from './library.ts';

const LONGEST_SCHEMA = 64 * 1024;
const MOST_UNIQUE = 1_000;

type Schema = Readonly<Record<string, unknown>>;

/** Whether a value fits a schema; undefined: it takes too long to tell. */
export type Fits = (value: unknown) => boolean | undefined;

/** Why a JSON Schema (2020-12) cannot be enforced; undefined if it can. */
export function schemaFault(schema: Schema): TextFault | undefined {
  const read = readSchema(schema);
  return 'fault' in read ? read.fault : undefined;
}

/** Compiles a schema of anybody's: bounded in size, patterns in linear time, nothing fetched. Loaded when the first schema needs it. `foreign`: whoever wrote it did not write a rule, so that formats and unknown words in it say nothing. */
export function readSchema(schema: Schema, foreign = false): { readonly fits: Fits } | { readonly fault: TextFault } {
  if (JSON.stringify(schema).length > LONGEST_SCHEMA) return { fault: { message: `is longer than ${LONGEST_SCHEMA} characters` } };
  const costly = costlyPart(schema);
  if (costly !== undefined) return { fault: costly };
  try {
    // A validator for each: what two schemas call themselves must not collide.
    const validate: ValidateFunction = new (ajv().Ajv2020)(foreign ? { ...OPTIONS, strict: false, validateFormats: false } : OPTIONS).compile((foreign ? withoutVersion(schema) : schema) as AnySchemaObject);
    return { fits: (value) => withinBudget(() => validate(value)) };
  } catch (error) {
    return { fault: { message: `is no JSON Schema that can be enforced: ${error instanceof Error ? error.message.slice(0, 300) : 'unknown'}`, expected: 'a JSON Schema of version 2020-12 without formats and remote references' } };
  }
}

const OPTIONS: Options = {
  strict: true,
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
  ownProperties: true,
  logger: false,
  code: { regExp: Object.assign((pattern: string) => compiledPattern(pattern), { code: 'undefined' }) as unknown as NonNullable<NonNullable<Options['code']>['regExp']> },
};

/** Earlier versions differ in little that a tool's arguments are declared by. */
function withoutVersion(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema'));
}

/** What takes time that grows with the square of the value, or with nothing at all. */
function costlyPart(value: unknown): TextFault | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { uniqueItems, maxItems, $ref, $dynamicRef } = value as Schema;
  if (uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= MOST_UNIQUE)) return { message: 'has uniqueItems without a bound', expected: `maxItems of at most ${MOST_UNIQUE} beside it` };
  if (typeof $dynamicRef === 'string' || (typeof $ref === 'string' && !$ref.startsWith('#/'))) return { message: 'has a reference to another schema, or to all of itself', expected: 'references to its own $defs, such as #/$defs/item' };
  for (const part of Object.values(value)) {
    const fault = costlyPart(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
