import { z } from 'zod';
import type { Path } from './problem.ts';
import { agentPolicy } from './schema/agent-policy.ts';
import { exemption } from './schema/exemption.ts';
import { sandboxProfile } from './schema/sandbox-profile.ts';

/** As much of JSON Schema (2020-12) as our schemas turn into. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly oneOf?: readonly { readonly required: readonly string[] }[];
  readonly anyOf?: readonly { readonly required: readonly string[] }[];
}

export const KINDS = ['AgentPolicy', 'SandboxProfile', 'Exemption'] as const;
export type Kind = (typeof KINDS)[number];

/** What may be written, as JSON Schema. */
export const JSON_SCHEMAS: Readonly<Record<Kind, JsonSchema>> = {
  AgentPolicy: z.toJSONSchema(agentPolicy, { io: 'input', unrepresentable: 'any' }) as JsonSchema,
  SandboxProfile: z.toJSONSchema(sandboxProfile, { io: 'input', unrepresentable: 'any' }) as JsonSchema,
  Exemption: z.toJSONSchema(exemption, { io: 'input', unrepresentable: 'any' }) as JsonSchema,
};

/** The schema of the value at a path; `undefined` where nothing is known of it. */
export function schemaAt(root: JsonSchema, path: Path): JsonSchema | undefined {
  return path.reduce<JsonSchema | undefined>((schema, part) => (schema === undefined ? undefined : memberSchema(schema, part)), root);
}

function memberSchema(schema: JsonSchema, part: string | number): JsonSchema | undefined {
  if (typeof part === 'number') return schema.items;
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, part)) return schema.properties[part];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** A schema in words: `a whole number from 1 to 65535`, `one of enforce, observe`. */
export function inWords(schema: JsonSchema): string {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return `one of ${listed(schema.enum)}`;
  switch (schema.type) {
    case 'string': return 'text';
    case 'integer': return `a whole number from ${schema.minimum ?? 'any'} to ${schema.maximum ?? 'any'}`;
    case 'boolean': return 'true or false';
    case 'array': return schema.maxItems === undefined ? 'a list' : `a list of at most ${schema.maxItems}`;
    default: return schema.properties === undefined ? 'a mapping' : `a mapping of ${Object.keys(schema.properties).join(', ')}`;
  }
}

const LONGEST_LIST = 8;

/** Words for a message; of many only the first. */
export const listed = (words: readonly string[]): string => [...words.slice(0, LONGEST_LIST), ...(words.length > LONGEST_LIST ? ['...'] : [])].join(', ');
