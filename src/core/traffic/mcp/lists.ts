import type { McpMessage } from '../../terms/action.ts';

/** What a server lists, and the request by which an entry of the list would be used. */
export interface Listing {
  /** Member of the result that holds the entries. */
  readonly member: 'tools' | 'resources' | 'resourceTemplates' | 'prompts';
  /** Member of an entry that says what it is called by. */
  readonly key: 'name' | 'uri' | 'uriTemplate';
  use(name: string): McpMessage;
}

const TOOLS: Listing = { member: 'tools', key: 'name', use: (tool) => ({ kind: 'mcp', method: 'tools/call', tool, listed: true }) };
const PROMPTS: Listing = { member: 'prompts', key: 'name', use: (name) => ({ kind: 'mcp', method: 'prompts/get', name, listed: true }) };
const RESOURCES: Listing = { member: 'resources', key: 'uri', use: (name) => ({ kind: 'mcp', method: 'resources/read', name, listed: true }) };
/** A template is judged as it stands, with its placeholders. */
const TEMPLATES: Listing = { member: 'resourceTemplates', key: 'uriTemplate', use: (name) => ({ kind: 'mcp', method: 'resources/read', name, listed: true }) };

export const LISTINGS: readonly Listing[] = [TOOLS, RESOURCES, TEMPLATES, PROMPTS];

const BY_METHOD: ReadonlyMap<string, Listing> = new Map([
  ['tools/list', TOOLS], ['resources/list', RESOURCES], ['resources/templates/list', TEMPLATES], ['prompts/list', PROMPTS],
]);

/** The lists that an answer to a request may hold; every list where the request is not known, since only its shape tells then. */
export function listingsIn(method: string | undefined): readonly Listing[] {
  if (method === undefined) return LISTINGS;
  const listing = BY_METHOD.get(method);
  return listing === undefined ? [] : [listing];
}
