import { API_VERSION } from '../terms/fixed-names.ts';
import { EFFECTS } from './effects.ts';
import type { JsonSchema } from './json-schema.ts';
import { MATCHERS } from './matchers/kinds.ts';
import { PROTOCOLS } from './protocols.ts';

const text = (maxLength: number): JsonSchema => ({ type: 'string', maxLength });
const list = (maxItems: number, items: JsonSchema): JsonSchema => ({ type: 'array', maxItems, items });
const options = (...words: readonly string[]): JsonSchema => ({ type: 'string', enum: words });
const whole = (minimum: number, maximum: number): JsonSchema => ({ type: 'integer', minimum, maximum });
const yes: JsonSchema = { type: 'boolean' };
const mapping = (required: readonly string[], properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false });
const named = (additionalProperties: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties });
const choice = (names: readonly string[]): readonly { readonly required: readonly string[] }[] => names.map((name) => ({ required: [name] }));

const globs = list(1_000, text(500));
const hosts = list(1_000, text(300));
const ports = list(100, whole(1, 65_535));
const addresses = list(1_000, text(60));
const tokens = whole(1, 100_000_000);
const bytes = whole(0, 2 ** 50);

const match: JsonSchema = {
  ...mapping([], {
    methods: list(100, text(100)),
    paths: list(1_000, text(2_000)),
    headers: named(list(100, text(500))),
    query: named(list(100, text(500))),
    types: list(100, text(200)),
    messages: list(2, options('text', 'binary')),
    tools: globs,
    resources: globs,
    prompts: globs,
    models: globs,
    maxTokens: tokens,
    services: globs,
  }),
  anyOf: choice(MATCHERS),
};

const hours = mapping(['from', 'to', 'zone'], { days: list(7, options('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun')), from: text(5), to: text(5), zone: text(60) });

const rule: JsonSchema = {
  ...mapping([], {
    name: text(63),
    allow: match,
    deny: match,
    hold: match,
    when: { ...text(2_000), minLength: 1 },
    body: mapping([], { size: whole(0, 10_485_760), schema: named({}) }),
    hours: list(20, hours),
    strip: yes,
    limit: text(20),
    concurrency: whole(1, 10_000),
    reason: { ...text(500), minLength: 1 },
  }),
  oneOf: choice(EFFECTS),
};

const tool: JsonSchema = {
  ...mapping(['name', 'rules'], {
    name: text(63),
    http: mapping(['hosts', 'tls'], { hosts, ports, addresses, tls: options('intercept', 'off', 'tunnel'), http2: yes, websocket: yes }),
    llm: mapping(['provider', 'hosts', 'tls'], { provider: options('openai', 'anthropic', 'gemini', 'bedrock'), hosts, ports, addresses, tls: options('intercept', 'off'), models: globs, maxTokens: tokens }),
    mcp: mapping(['url'], { url: text(2_000), addresses, changed: options('deny', 'hold', 'allow') }),
    grpc: mapping(['hosts'], { hosts, ports, addresses }),
    tcp: mapping(['hosts', 'ports'], { hosts, ports, addresses }),
    access: options('read-only', 'read-write', 'full'),
    rules: list(1_000, rule),
    limits: mapping([], { inspect: whole(0, 16_777_216), upload: bytes, download: bytes, bytesPerDay: bytes }),
    capture: mapping(['payload'], { payload: options('digest', 'full'), limit: whole(0, 10_485_760), redact: list(100, text(500)) }),
    credential: mapping(['secret'], {
      secret: text(253), in: options('header', 'query', 'body'), header: text(100), name: text(100), value: text(500),
      aws: mapping(['service', 'region'], { service: text(60), region: text(60) }), env: text(100), paths: list(100, text(2_000)),
    }),
  }),
  oneOf: choice(PROTOCOLS),
};

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
