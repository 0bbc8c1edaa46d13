import { isObject } from '../terms/is-object.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Finding, Path } from './problem.ts';

type Members = Readonly<Record<string, unknown>>;

/** Where a value is not of a shape; every place at once. Knows the few words of JSON Schema that `WIRE_SHAPE` uses. */
export function shapeFindings(value: unknown, schema: JsonSchema, path: Path = []): Finding[] {
  if (schema.type === 'object') return isObject(value) ? mappingFindings(value, schema, path) : [{ path, message: 'is not a mapping' }];
  if (schema.type === 'array') return Array.isArray(value) ? listFindings(value, schema, path) : [{ path, message: 'is not a list' }];
  if (schema.type === 'boolean') return typeof value === 'boolean' ? [] : [{ path, message: 'is neither true nor false' }];
  if (schema.type === undefined) return [];
  return fits(value, schema) ? [] : [{ path, message: 'is not what this version knows here' }];
}

function mappingFindings(value: Members, schema: JsonSchema, path: Path): Finding[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const present = Object.keys(value).filter((key) => value[key] !== undefined);
  const missing = required.filter((key) => !present.includes(key)).map((key): Finding => ({ path: [...path, key], message: 'is missing' }));
  const members = present.flatMap((key) => {
    const member = Object.hasOwn(properties, key) ? properties[key] : additionalProperties;
    return typeof member === 'object' ? shapeFindings(value[key], member, [...path, key]) : [{ path, key, message: 'is unknown to this version, which cannot enforce it' }];
  });
  return [...missing, ...members, ...choiceFindings(present, schema, path)];
}

function choiceFindings(present: readonly string[], { oneOf, anyOf }: JsonSchema, path: Path): Finding[] {
  const met = (choices: JsonSchema['oneOf'] = []): number => choices.filter(({ required }) => required.every((key) => present.includes(key))).length;
  const wrong = (oneOf !== undefined && met(oneOf) !== 1) || (anyOf !== undefined && met(anyOf) === 0);
  return wrong ? [{ path, message: `has none or too many of ${(oneOf ?? anyOf ?? []).flatMap(({ required }) => required).join(', ')}` }] : [];
}

function listFindings(value: readonly unknown[], { items, maxItems = Infinity }: JsonSchema, path: Path): Finding[] {
  if (value.length > maxItems) return [{ path, message: `has more than ${maxItems} items` }];
  return items === undefined ? [] : value.flatMap((item, index) => shapeFindings(item, items, [...path, index]));
}

function fits(value: unknown, { type, enum: options, const: only, minimum = -Infinity, maximum = Infinity, minLength = 0, maxLength = Infinity }: JsonSchema): boolean {
  if (type === 'integer') return typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum;
  if (type !== 'string' || typeof value !== 'string') return false;
  if (only !== undefined) return value === only;
  return value.length >= minLength && value.length <= maxLength && (options === undefined || options.includes(value));
}
