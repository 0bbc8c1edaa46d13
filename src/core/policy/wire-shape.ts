import { API_VERSION } from '../terms/fixed-names.ts';
import { EFFECTS } from './effects.ts';
import type { JsonSchema } from './json-schema.ts';
import { METHODS } from './methods.ts';

const text = (maxLength: number): JsonSchema => ({ type: 'string', maxLength });
const list = (maxItems: number, items: JsonSchema): JsonSchema => ({ type: 'array', maxItems, items });
const options = (...words: readonly string[]): JsonSchema => ({ type: 'string', enum: words });
const whole = (minimum: number, maximum: number): JsonSchema => ({ type: 'integer', minimum, maximum });
const mapping = (required: readonly string[], properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false });

const match: JsonSchema = {
  ...mapping([], { methods: list(100, options(...METHODS)), paths: list(1_000, text(2_000)) }),
  anyOf: [{ required: ['methods'] }, { required: ['paths'] }],
};

const rule: JsonSchema = {
  ...mapping([], { name: text(63), allow: match, deny: match, hold: match, reason: { ...text(500), minLength: 1 } }),
  oneOf: EFFECTS.map((effect) => ({ required: [effect] })),
};

const tool = mapping(['name', 'http', 'rules'], {
  name: text(63),
  http: mapping(['hosts', 'tls'], {
    hosts: list(1_000, text(300)),
    ports: list(100, whole(1, 65_535)),
    addresses: list(1_000, text(60)),
    tls: options('intercept', 'off'),
  }),
  access: options('read-only', 'read-write', 'full'),
  rules: list(1_000, rule),
  capture: mapping(['payload'], { payload: options('digest', 'full'), limit: whole(0, 10_485_760), redact: list(100, text(500)) }),
});

/**
 * The shape of an AgentPolicy once it has been read, with its defaults: what the link carries and `compile` takes.
 *
 * A test holds it equal to what the zod schema says. It stands here a second time so that the sidecar can refuse what it
 * does not know without the schema's library, which takes more than a quarter of the memory that a sidecar may have.
 */
export const WIRE_SHAPE: JsonSchema = mapping(['apiVersion', 'kind', 'metadata', 'spec'], {
  apiVersion: { type: 'string', const: API_VERSION },
  kind: { type: 'string', const: 'AgentPolicy' },
  metadata: mapping(['name', 'namespace'], { name: text(253), namespace: text(63) }),
  spec: mapping(['mode', 'tools'], {
    agents: mapping(['matchLabels'], { matchLabels: { type: 'object', additionalProperties: text(63) } }),
    mode: options('enforce', 'observe'),
    tools: list(500, tool),
  }),
});
