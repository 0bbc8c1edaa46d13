import { z } from 'zod';
import { API_VERSION } from '../../terms/fixed-names.ts';
import { misfits } from '../misfits.ts';
import { PROTOCOLS, protocolsOf } from '../protocols.ts';
import { memberPathFault } from '../text-faults.ts';
import { credential } from './credential.ts';
import { checked, issueOf, label, list, shaped } from './fields.ts';
import { httpTool } from './http.ts';
import { namespacedMetadata } from './metadata.ts';
import { rule } from './rule.ts';
import { grpcTool, llmTool, mcpTool, tcpTool } from './tools.ts';

/** 10 MiB: what one side of a call may leave in the journal. */
const LARGEST_CAPTURE = 10 * 1024 * 1024;
/** 16 MiB: what one call may make the proxy hold. */
const LARGEST_INSPECTED = 16 * 1024 * 1024;

const capture = z.strictObject({
  payload: z.enum(['digest', 'full']).meta({ description: '`digest`: size and digest of the bodies. `full`: also the bodies, sealed.' }),
  limit: z.int().min(0).max(LARGEST_CAPTURE).optional().meta({ description: 'Bytes kept of each body; absent: 65536.' }),
  redact: list(
    checked('A member of a JSON body, such as `$.token`, `$..token` or `$.items[*].secret`.', 500, memberPathFault),
    100,
    'Members blanked before a JSON body is kept, such as `$.token`, or `$..token` at any depth.',
  ).optional(),
}).meta({ description: 'What the record keeps of the bodies; absent: `payload: digest`.' });

const bytes = (description: string) => z.int().min(0).max(2 ** 50).meta({ description }).optional();

const limits = z.strictObject({
  inspect: z.int().min(0).max(LARGEST_INSPECTED).meta({ description: 'Most bytes of a body that a rule has to see; a longer one is refused. Absent: 1048576.' }).optional(),
  upload: bytes('Most bytes of one request\'s body.'),
  download: bytes('Most bytes of one answer\'s body.'),
  bytesPerDay: bytes('Most bytes that the agent may send to each host of the tool on one day (UTC).'),
}).meta({ description: 'Ceilings for what is sent and received.' });

export const tool = z.strictObject({
  name: label('Name of the tool, for records and answers.'),
  http: httpTool.optional(),
  llm: llmTool.optional(),
  mcp: mcpTool.optional(),
  grpc: grpcTool.optional(),
  tcp: tcpTool.optional(),
  access: z.enum(['read-only', 'read-write', 'full']).optional().meta({
    description: 'Allows methods on every path: `read-only` GET, HEAD and OPTIONS; `read-write` also POST, PUT, PATCH and DELETE; `full` any. Of other protocols than HTTP only `full` can be told.',
  }),
  rules: list(rule, 1_000, 'Deny rules are asked first, then hold rules, then allow rules, then `access`.').default([]),
  limits: limits.optional(),
  capture: capture.optional(),
  credential: credential.optional(),
}).superRefine((value, context) => {
  for (const { path, message, expected, nearest } of misfits(value)) context.addIssue({ ...issueOf({ message, ...(expected !== undefined && { expected }), nearest }), path: [...path] });
}).refine((value) => protocolsOf(value).length === 1, {
  error: ({ input }) => `has ${protocolsOf(input).join(' and ') || 'no protocol'}`,
  params: { needs: PROTOCOLS, expected: `exactly one of ${PROTOCOLS.join(', ')}` },
  when: ({ value }) => typeof value === 'object' && value !== null,
}).meta({ oneOf: PROTOCOLS.map((protocol) => ({ required: [protocol] })) });

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
