import { isObject } from '../../terms/is-object.ts';
import { LlmRequestFault } from './request-fault.ts';

export type Members = Readonly<Record<string, unknown>>;

/** URLs of MCP servers by the name that the request gives them. */
export type McpServers = ReadonlyMap<string, string>;

/**
 * What one offered tool is called in rules: all that it could be known by, so that a name that the agent chose cannot hide what it is.
 *
 * A function that the agent carries out itself has its name. What the provider carries out has its type without the version's date
 * (`web_search`), and its own name where that is another one. An MCP server that the provider is to call is `mcp` and its URL or connector.
 */
export function toolNames(tool: Members, servers: McpServers): readonly string[] {
  const own = [tool['function'], tool['custom'], tool['toolSpec'], tool['systemTool'], tool]
    .flatMap((place) => (isObject(place) && place['name'] !== undefined ? [nameOf(place['name'])] : []));
  const names = [...new Set([...typeNames(tool, servers), ...own])];
  if (names.length === 0 && tool['cachePoint'] === undefined) throw new LlmRequestFault('offers a tool without a name');
  return names;
}

/** A tool of Gemini: each member is one, but for functions, of which there is a list. In the snake case in which Google documents them. */
export function geminiToolName(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function nameOf(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new LlmRequestFault('names a tool by something else than a text');
  return value;
}

export function mcpNames(server: Members): readonly string[] {
  const transport = server['streamableHttpTransport'] ?? server['streamable_http_transport'];
  const places = [server['server_url'], server['connector_id'], server['url'], isObject(transport) ? transport['url'] : undefined];
  return ['mcp', ...places.filter((place) => place !== undefined && place !== null).map(nameOf)];
}

function typeNames(tool: Members, servers: McpServers): readonly string[] {
  const { type } = tool;
  if (type === undefined || type === 'function' || type === 'custom') return [];
  const base = withoutDate(nameOf(type));
  if (base === 'mcp') return mcpNames(tool);
  if (base !== 'mcp_toolset') return [base];
  const url = servers.get(nameOf(tool['mcp_server_name']));
  return url === undefined ? ['mcp'] : ['mcp', url];
}

/** A type without the date of its version: `web_search_20250305` and `web_search_2025_08_26` are `web_search`. */
export function withoutDate(type: string): string {
  return type.replace(/_20\d{2}_?\d{2}_?\d{2}$/, '');
}
