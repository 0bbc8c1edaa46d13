import { z } from 'zod';
import { API_VERSION } from '../../terms/fixed-names.ts';
import { EFFECTS } from '../effects.ts';
import { memberPathFault } from '../text-faults.ts';
import { checked, label, list, shaped } from './fields.ts';
import { httpMatch, httpTool } from './http.ts';
import { namespacedMetadata } from './metadata.ts';

/** 10 MiB: what one side of a call may leave in the journal. */
const LARGEST_CAPTURE = 10 * 1024 * 1024;

const ruleName = checked('Name of the rule, for records and answers; absent: its position.', 63, (text) => {
  if (text === 'access') return { message: '"access" is what records call the access preset', expected: 'another name' };
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text) ? undefined : { message: `is ${JSON.stringify(text)}`, expected: 'lower-case letters, digits and inner hyphens' };
});

const rule = z.strictObject({
  name: ruleName.optional(),
  allow: httpMatch.optional().meta({ description: 'Calls to let pass.' }),
  deny: httpMatch.optional().meta({ description: 'Calls to refuse, whatever else allows them.' }),
  hold: httpMatch.optional().meta({ description: 'Calls that a person has to decide; refused where nobody can be asked.' }),
  reason: z.string().min(1).max(500).optional().meta({ description: 'Why, for whoever reads a refusal or a record.' }),
}).refine((value) => effectsOf(value).length === 1, {
  error: ({ input }) => `has ${effectsOf(input).join(' and ') || 'no effect'}`,
  params: { needs: EFFECTS, expected: 'exactly one of allow, deny and hold' },
  // Also where other keys of the rule are wrong, so that all problems show at once.
  when: () => true,
}).meta({ oneOf: EFFECTS.map((effect) => ({ required: [effect] })) });

const capture = z.strictObject({
  payload: z.enum(['digest', 'full']).meta({ description: '`digest`: size and digest of the bodies. `full`: also the bodies, sealed.' }),
  limit: z.int().min(0).max(LARGEST_CAPTURE).optional().meta({ description: 'Bytes kept of each body; absent: 65536.' }),
  redact: list(
    checked('A member of a JSON body, such as `$.token`, `$..token` or `$.items[*].secret`.', 500, memberPathFault),
    100,
    'Members blanked before a JSON body is kept, such as `$.token`, or `$..token` at any depth.',
  ).optional(),
}).meta({ description: 'What the record keeps of the bodies; absent: `payload: digest`.' });

export const tool = z.strictObject({
  name: label('Name of the tool, for records and answers.'),
  http: httpTool,
  access: z.enum(['read-only', 'read-write', 'full']).optional().meta({
    description: 'Allows methods on every path: `read-only` GET, HEAD and OPTIONS; `read-write` also POST, PUT, PATCH and DELETE; `full` any.',
  }),
  rules: list(rule, 1_000, 'Deny rules are asked first, then hold rules, then allow rules, then `access`.').default([]),
  capture: capture.optional(),
});

const labelName = shaped('Name of a label.', 317, /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/)?[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'the name of a Kubernetes label');
const labelValue = shaped('Value of a label.', 63, /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/, 'the value of a Kubernetes label');

export const agents = z.strictObject({
  matchLabels: z.record(labelName, labelValue)
    .refine((labels) => Object.keys(labels).length > 0, { message: 'selects by no label', params: { expected: 'a label; without `agents` every agent of the namespace is meant' } })
    .meta({ description: 'Labels that an agent\'s pod must have, all of them.' }),
}).meta({ description: 'Which agents of the namespace; absent: every one.' });

/** The one source of what an AgentPolicy may say: validation, the CRD and the reference page are made from it. */
export const agentPolicy = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('AgentPolicy'),
  metadata: namespacedMetadata,
  spec: z.strictObject({
    agents: agents.optional(),
    mode: z.enum(['enforce', 'observe']).default('enforce').meta({
      description: '`observe` lets pass what it would refuse and records what `enforce` would have done; it has no effect on an agent that any other policy enforces on.',
    }),
    tools: list(tool, 500, 'What the agents may call; a host that no tool lists is refused.'),
  }),
}).meta({ description: 'What the agents of a namespace may call.' });

function effectsOf(rule: unknown): string[] {
  return typeof rule === 'object' && rule !== null ? EFFECTS.filter((effect) => Object.hasOwn(rule, effect)) : [];
}
