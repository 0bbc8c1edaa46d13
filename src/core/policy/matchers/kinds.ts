import type { ToolProtocol } from '../../terms/permit.ts';

/** Everything that a rule may match on. */
export const MATCHERS = ['methods', 'paths', 'headers', 'query', 'types', 'messages', 'tools', 'resources', 'prompts', 'models', 'maxTokens', 'services'] as const;

export type Matcher = (typeof MATCHERS)[number];

/** What there is to match on in the calls of each protocol; of `tcp` nothing is read. */
export const MATCHERS_OF: Readonly<Record<ToolProtocol, readonly Matcher[]>> = {
  http: ['methods', 'paths', 'headers', 'query', 'types', 'messages'],
  mcp: ['methods', 'tools', 'resources', 'prompts'],
  llm: ['models', 'tools', 'maxTokens'],
  grpc: ['services', 'methods'],
  tcp: [],
};
