import { expect, test } from 'vitest';
import { z } from 'zod';
import { agentPolicy } from '../../../src/core/policy/schema/agent-policy.ts';
import { WIRE_SHAPE } from '../../../src/core/policy/wire-shape.ts';

/** Without what is said for people, and without what a checked value cannot break. */
function bare(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(bare);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key, value]) => !['$schema', 'description', 'default', 'propertyNames'].includes(key) && !(key === 'required' && Array.isArray(value) && value.length === 0));
  return Object.fromEntries(entries.map(([key, value]) => [key, key === 'required' && Array.isArray(value) ? value.toSorted() : bare(value)]));
}

test('the shape that the sidecar checks is what the schema makes of a policy', () => {
  const schema = bare(z.toJSONSchema(agentPolicy, { io: 'output', unrepresentable: 'any' })) as { properties: Record<string, unknown> };
  const shape = bare(WIRE_SHAPE) as { properties: Record<string, unknown> };
  // The schema turns metadata into name and namespace by a function, which JSON Schema cannot show.
  const { metadata, ...properties } = shape.properties;
  expect(metadata).toEqual({ type: 'object', properties: { name: { type: 'string', maxLength: 253 }, namespace: { type: 'string', maxLength: 63 } }, required: ['name', 'namespace'], additionalProperties: false });
  expect({ ...shape, properties: { ...properties, metadata: {} } }).toEqual(schema);
});
