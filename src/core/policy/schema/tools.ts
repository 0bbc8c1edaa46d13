import { z } from 'zod';
import { urlParts } from '../protocols.ts';
import { urlFault } from '../text-faults.ts';
import { checked, list, port } from './fields.ts';
import { addresses, hosts, literalsCovered, ports } from './http.ts';

const glob = (description: string) => list(checked('A name; `*` stands for any characters.', 500, () => undefined), 1_000, description);

const url = checked('Where the server is: `https://`, a host and a path.', 2_000, urlFault);

export const llmTool = z.strictObject({
  provider: z.enum(['openai', 'anthropic', 'gemini', 'bedrock']).meta({ description: 'Whose API it is; `openai` for all that speak it.' }),
  hosts,
  ports,
  addresses,
  tls: z.enum(['intercept', 'off']).default('intercept').meta({ description: '`intercept`: HTTPS only. `off`: plain HTTP only.' }),
  models: glob('Models that may be asked where no rule says more; absent: those of the rules alone.').optional(),
  maxTokens: z.int().min(1).max(100_000_000).meta({ description: 'Most tokens that a request may let the model answer with; one that does not say how many is refused.' }).optional(),
}).superRefine(literalsCovered).meta({ description: 'A language model.' });

export const mcpTool = z.strictObject({
  url,
  addresses,
  changed: z.enum(['deny', 'hold', 'allow']).meta({ description: 'What is done about a tool whose description or schema is not what it was at first sight: `deny` and `hold` take it out of lists and refuse calls of it, `allow` only records it. Absent: `deny`.' }).optional(),
}).superRefine((tool, context) => literalsCovered({ hosts: [urlParts(tool.url)?.host ?? ''], addresses: tool.addresses }, context, ['url'])).meta({ description: 'A server of the Model Context Protocol, over streamable HTTP.' });

export const grpcTool = z.strictObject({ hosts, ports, addresses }).superRefine(literalsCovered).meta({ description: 'A gRPC service, over TLS.' });

export const tcpTool = z.strictObject({
  hosts,
  ports: list(port('A TCP port.'), 100, 'Ports that may be called.'),
  addresses,
}).superRefine(literalsCovered).meta({ description: 'Any other protocol, whose bytes pass without being read. Not carried yet: its connections are refused.' });
