import { z } from 'zod';
import { EFFECTS } from '../effects.ts';
import { MATCHERS } from '../matchers/kinds.ts';
import { rateFault, zoneFault, timeFault, mediaTypeFault } from '../text-faults.ts';
import { checked, list } from './fields.ts';
import { path } from './http.ts';

const ruleName = checked('Name of the rule, for records and answers; absent: its position.', 63, (text) => {
  if (RESERVED.includes(text)) return { message: `"${text}" is what records call ${text === 'access' ? 'the access preset' : 'a limit of the tool'}`, expected: 'another name' };
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text) ? undefined : { message: `is ${JSON.stringify(text)}`, expected: 'lower-case letters, digits and inner hyphens' };
});

/** What a record's rule may be called without being one. */
const RESERVED = ['access', 'models', 'max-tokens', 'protocol'];

const glob = z.string().max(500).meta({ description: 'A name; `*` stands for any characters.' });
const globs = (description: string) => list(glob, 1_000, description).optional();

const values = (description: string) => z.record(z.string().max(200), list(glob, 100, 'Values; `*` stands for any characters.')).meta({ description }).optional();

const word = z.string().max(100);

/** Which of these a rule may have depends on the tool's protocol; see `misfits`. Never empty: a matcher without a word in it would be read as "everything" by some and "nothing" by others. */
const match = z.strictObject({
  methods: list(word, 100, 'Methods of HTTP, MCP (`tools/call`) or gRPC; absent: any; an empty list matches none.').optional(),
  paths: list(path, 1_000, 'Paths; absent: any; an empty list matches none.').optional(),
  headers: values('Header fields by name, and the values that each may have.'),
  query: values('Query parameters by name, and the values that each may have; others are not looked at.'),
  types: list(checked('A media type, such as `application/json` or `text/*`.', 200, mediaTypeFault), 100, 'Media types of the body.').optional(),
  messages: list(z.enum(['text', 'binary']), 2, 'Messages of a WebSocket, in both directions.').optional(),
  tools: globs('Tools: of MCP those that are called, of a model those that it is offered.'),
  resources: globs('URIs of MCP resources that are read or subscribed to.'),
  prompts: globs('MCP prompts that are got.'),
  models: globs('Models.'),
  maxTokens: z.int().min(1).max(100_000_000).meta({ description: 'Most tokens that the request may let the model answer with.' }).optional(),
  services: globs('gRPC services with their package, such as `shop.v1.Orders`.'),
}).refine((written) => Object.values(written).some((value) => value !== undefined), {
  message: 'matches on nothing',
  params: { needs: MATCHERS, expected: 'methods, paths, or another matcher of the tool\'s protocol' },
}).meta({ anyOf: MATCHERS.map((matcher) => ({ required: [matcher] })) });

const body = z.strictObject({
  size: z.int().min(0).max(10 * 1024 * 1024).meta({ description: 'Most bytes of the body.' }).optional(),
  schema: z.record(z.string(), z.unknown()).meta({ description: 'A JSON Schema (2020-12) that the body has to fit.' }).optional(),
}).meta({ description: 'What the request\'s body has to be.' });

const hours = z.strictObject({
  days: list(z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']), 7, 'Days on which the window opens; absent: every day.').optional(),
  from: checked('When it opens, such as `08:00`.', 5, timeFault),
  to: checked('When it closes, such as `18:00`; not after `from`: on the next day.', 5, timeFault),
  zone: checked('Time zone, such as `Europe/Berlin` or `UTC`.', 60, zoneFault),
});

export const rule = z.strictObject({
  name: ruleName.optional(),
  allow: match.optional().meta({ description: 'Calls to let pass.' }),
  deny: match.optional().meta({ description: 'Calls to refuse, whatever else allows them.' }),
  hold: match.optional().meta({ description: 'Calls that a person has to decide; refused where nobody can be asked.' }),
  when: z.string().min(1).max(2_000).meta({ description: 'A condition (CEL) that has to hold as well.' }).optional(),
  body: body.optional(),
  hours: list(hours, 20, 'Times at which the rule applies; absent: always; an empty list: never.').optional(),
  strip: z.boolean().meta({ description: 'Of a `deny` rule of an `llm` tool: the tools that it matches are taken out of the request instead. Default: `false`.' }).optional(),
  limit: checked('How often the agent may call by this rule, such as `30/h`: at once at most so often, and refilled evenly over that time (`s`, `m`, `h` or `d`).', 20, rateFault).optional(),
  concurrency: z.int().min(1).max(10_000).meta({ description: 'Most calls by this rule at one time.' }).optional(),
  reason: z.string().min(1).max(500).optional().meta({ description: 'Why, for whoever reads a refusal or a record.' }),
}).refine((value) => effectsOf(value).length === 1, {
  error: ({ input }) => `has ${effectsOf(input).join(' and ') || 'no effect'}`,
  params: { needs: EFFECTS, expected: 'exactly one of allow, deny and hold' },
  // Also where other keys of the rule are wrong, so that all problems show at once.
  when: () => true,
}).meta({ oneOf: EFFECTS.map((effect) => ({ required: [effect] })) });

function effectsOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? EFFECTS.filter((effect) => Object.hasOwn(value, effect)) : [];
}
