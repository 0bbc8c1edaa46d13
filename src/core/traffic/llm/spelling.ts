import { isObject } from '../../terms/is-object.ts';
import { quoted } from '../../terms/quote.ts';
import { folding } from '../json/scan.ts';
import { LlmRequestFault } from './request-fault.ts';
import { CEILING_NAMES } from './token-ceiling.ts';
import type { Members } from './tool-names.ts';

/** Members of requests that are read to judge them. */
const READ = [
  ...CEILING_NAMES,
  'model', 'models', 'stream', 'stream_options', 'include_usage', 'background', 'prompt', 'cachedContent', 'cached_content',
  'tools', 'functions', 'function', 'custom', 'name', 'type', 'mcp_servers', 'mcp_server_name', 'mcpServers', 'plugins', 'id', 'container', 'skills', 'skill_id', 'input',
  'toolConfig', 'tool_config', 'toolSpec', 'systemTool', 'additionalModelRequestFields', 'web_search_options', 'search_parameters', 'enable_search',
  'functionDeclarations', 'function_declarations', 'server_url', 'connector_id', 'url', 'streamableHttpTransport', 'streamable_http_transport',
];
const EXACT = new Set(READ);
const FOLDED = new Set(READ.map(variant));

/**
 * Throws `LlmRequestFault` for a member that is nearly one of those that are read (`Tools`, `max-tokens`): there are servers that take
 * the one for the other, and what they would read was not judged.
 */
export function refuseVariants(body: Members): void {
  for (const [name, value] of Object.entries(body)) {
    if (!EXACT.has(name) && FOLDED.has(variant(name))) throw new LlmRequestFault(`has a member ${quoted(name)} that some servers take for another one`);
    if (EXACT.has(name)) for (const object of [value].flat()) if (isObject(object)) refuseVariants(object);
  }
}

function variant(name: string): string {
  return folding(name).replaceAll(/[_-]/g, '');
}
