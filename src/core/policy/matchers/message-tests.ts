import type { LlmMessage, McpMessage, ProtocolMessage } from '../../terms/action.ts';
import type { Match } from '../model.ts';
import { compileGlobs, folded, type Globs } from './globs.ts';
import type { Test } from './tests.ts';

type OfKind<Kind extends ProtocolMessage['kind']> = Extract<ProtocolMessage, { kind: Kind }>;

/** What a rule says about the messages of the tool's protocol; methods of HTTP are not among it. */
export function messageTests(match: Match, strict: boolean): readonly Test[] {
  const { methods, messages, models, services, maxTokens, tools, resources, prompts } = match;
  const named = methods === undefined ? undefined : compileGlobs(methods);
  const reads = reading(strict);
  return [
    ...(named === undefined ? [] : [about(['mcp', 'grpc'], (message) => reads(named, message.method))]),
    ...(messages === undefined ? [] : [about(['websocket'], ({ opcode }) => messages.includes(opcode))]),
    ...(models === undefined ? [] : [modelTest(compileGlobs(models), strict)]),
    ...(services === undefined ? [] : [serviceTest(compileGlobs(services), strict)]),
    ...(maxTokens === undefined ? [] : [about(['llm'], ({ maxTokens: asked }) => asked !== undefined && asked <= maxTokens)]),
    ...(tools === undefined && resources === undefined && prompts === undefined ? [] : [subjectTest({ tools, resources, prompts }, strict)]),
  ];
}

/** Holds for no message of another kind, and for no call without a message. */
function about<Kind extends ProtocolMessage['kind']>(kinds: readonly Kind[], holds: (message: OfKind<Kind>) => boolean): Test {
  const concerned = (message: ProtocolMessage): message is OfKind<Kind> => kinds.some((kind) => kind === message.kind);
  return { body: false, holds: ({ message }) => message !== undefined && concerned(message) && holds(message) };
}

const reading = (strict: boolean) => (globs: Globs, text: string): boolean => (strict ? globs.strict(text) : globs.loose(text));

const modelTest = (models: Globs, strict: boolean): Test => about(['llm'], ({ model }) => reading(strict)(models, model));

const serviceTest = (services: Globs, strict: boolean): Test => about(['grpc'], ({ service }) => reading(strict)(services, service));

interface Subjects {
  readonly tools: readonly string[] | undefined;
  readonly resources: readonly string[] | undefined;
  readonly prompts: readonly string[] | undefined;
}

/** Of MCP: what the message is about stands in the list of its kind. Of a model: see `offers`. */
function subjectTest({ tools, resources, prompts }: Subjects, strict: boolean): Test {
  const globs = { tools: compileGlobs(tools ?? []), resources: compileGlobs(resources ?? []), prompts: compileGlobs(prompts ?? []) };
  const reads = reading(strict);
  return about(['mcp', 'llm'], (message) => {
    if (message.kind === 'llm') return offers(message, (tool) => reads(globs.tools, tool), strict);
    const [kind, name] = subjectOf(message, strict ? message.method : folded(message.method));
    return kind !== undefined && name !== undefined && reads(globs[kind], name);
  });
}

/** An allow rule wants every tool that is offered to be listed; deny and hold rules are content with one. */
const offers = ({ tools }: LlmMessage, listed: (tool: string) => boolean, strict: boolean): boolean => (strict ? tools.every(listed) : tools.some(listed));

function subjectOf({ tool, name }: McpMessage, method: string): readonly ['tools' | 'resources' | 'prompts', string | undefined] | readonly [undefined, undefined] {
  if (method === 'tools/call') return ['tools', tool];
  if (method === 'prompts/get') return ['prompts', name];
  return method === 'resources/read' || method === 'resources/subscribe' || method === 'resources/unsubscribe' ? ['resources', name] : [undefined, undefined];
}
