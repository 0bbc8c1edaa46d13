import { isObject } from '../../terms/is-object.ts';
import { LlmRequestFault } from './request-fault.ts';
import { geminiToolName, mcpNames, type McpServers, type Members, nameOf, toolNames } from './tool-names.ts';

/** Asked of each tool that a request offers, by all of its names. */
export type Keep = (names: readonly string[]) => boolean;

/**
 * A request's body with those tools in it that are kept. Looks wherever any API has them, whichever API it is: hosts that speak one
 * often take what stands in another.
 *
 * Throws `LlmRequestFault` where tools are written as no API writes them.
 */
export function keepTools(body: Members, keep: Keep, servers: McpServers = serversOf(body)): Members {
  const kept: Record<string, unknown> = {};
  for (const [member, value] of Object.entries(body)) {
    const place = Object.hasOwn(PLACES, member) ? PLACES[member] : undefined;
    const rest = place === undefined || value === null ? value : place(value, keep, servers);
    if (rest !== undefined) kept[member] = rest;
  }
  return kept;
}

/** All names of all tools that a request offers. */
export function offeredTools(body: Members): readonly string[] {
  const names = new Set<string>();
  keepTools(body, (each) => {
    for (const name of each) names.add(name);
    return true;
  });
  return [...names];
}

/** What is left of a member's value; undefined: nothing. */
type Place = (value: unknown, keep: Keep, servers: McpServers) => unknown;

const server: Place = (value, keep) => ofObject(value, (each) => (keep(mcpNames(each)) ? each : undefined));

const named = (member: string): Place => (value, keep) => ofObject(value, (each) => (keep([nameOf(each[member])]) ? each : undefined));

/** A switch that has the provider search the web. */
const search: Place = (value, keep) => (value === false || keep(['web_search']) ? value : undefined);

const within: Place = (value, keep, servers) => ofObject(value, (each) => keepTools(each, keep, servers));

/** Items of a conversation: the tools that a search for tools found are offered from there on. */
const conversation: Place = (value, keep, servers) => (Array.isArray(value)
  ? value.map((item) => (isObject(item) && item['type'] === 'tool_search_output' ? keepTools(item, keep, servers) : item))
  : value);

const PLACES: Readonly<Record<string, Place>> = {
  tools: eachOf(tool),
  functions: eachOf(named('name')),
  mcp_servers: eachOf(server),
  plugins: eachOf(named('id')),
  container: (value, keep, servers) => (isObject(value) ? within(value, keep, servers) : value),
  skills: eachOf(named('skill_id')),
  input: conversation,
  toolConfig: within,
  additionalModelRequestFields: within,
  web_search_options: search,
  search_parameters: search,
  enable_search: search,
};

function tool(value: unknown, keep: Keep, servers: McpServers): unknown {
  return ofObject(value, (each) => {
    if (each['type'] === 'namespace') return namespace(each, keep, servers);
    if (!OTHERS.some((member) => Object.hasOwn(each, member))) return geminiTool(each, keep);
    if (Object.hasOwn(each, 'functionDeclarations') || Object.hasOwn(each, 'function_declarations')) throw new LlmRequestFault('offers a tool that is written in two ways');
    return keep(toolNames(each, servers)) ? each : undefined;
  });
}

function namespace(each: Members, keep: Keep, servers: McpServers): Members | undefined {
  const rest = keepTools(each, keep, servers);
  return rest['tools'] === undefined ? undefined : rest;
}

/** Members of which a tool of any API but Gemini's has one. */
const OTHERS = ['type', 'name', 'function', 'custom', 'toolSpec', 'systemTool', 'cachePoint'];

function geminiTool(each: Members, keep: Keep): Members | undefined {
  const kept = Object.entries(each).flatMap(([member, value]) => {
    const rest = geminiMember(geminiToolName(member), value, keep);
    return rest === undefined ? [] : [[member, rest] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function geminiMember(name: string, value: unknown, keep: Keep): unknown {
  if (name === 'function_declarations') return eachOf(named('name'))(value, keep, new Map());
  if (name === 'mcp_servers') return eachOf(server)(value, keep, new Map());
  return keep([name]) ? value : undefined;
}

/** A list of which nothing is left goes as well: an empty one is refused by some. */
function eachOf(place: Place): Place {
  return (value, keep, servers) => {
    if (!Array.isArray(value)) throw new LlmRequestFault('offers tools in something else than a list');
    const kept = value.flatMap((each) => place(each, keep, servers) ?? []);
    return kept.length === 0 && value.length > 0 ? undefined : kept;
  };
}

function ofObject(value: unknown, read: (object: Members) => unknown): unknown {
  if (!isObject(value)) throw new LlmRequestFault('offers a tool in something else than an object');
  return read(value);
}

function serversOf(body: Members): McpServers {
  const servers = body['mcp_servers'];
  const entries = Array.isArray(servers) ? servers : [];
  return new Map(entries.flatMap((each) => (isObject(each) && typeof each['name'] === 'string' && typeof each['url'] === 'string' ? [[each['name'], each['url']] as const] : [])));
}
