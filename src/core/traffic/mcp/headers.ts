import type { Headers } from '../../terms/action.ts';
import { isObject } from '../../terms/is-object.ts';
import { quoted } from '../../terms/quote.ts';
import type { Envelope, RpcMessage } from './envelope.ts';
import { McpFault } from './fault.ts';
import { subjectOf } from './message.ts';

/** From this version on requests stand for themselves: no sessions, no `initialize`, and headers that say what the body says. */
const FIRST_STATELESS = '2026-07-28';

/** Whose subject `Mcp-Name` repeats (SEP-2243, SEP-2663). */
const NAMED = new Set(['tools/call', 'prompts/get', 'resources/read', 'tasks/get', 'tasks/update', 'tasks/cancel']);

/**
 * Refuses a request whose headers say something else than its body: whoever routes by them and whoever serves by the body would
 * see two requests. A stateless one has to have them (Streamable HTTP of 2026-07-28, Request Metadata). Throws `McpFault`.
 */
export function checkHeaders(headers: Headers, { batch, messages: [first, ...others] }: Envelope): void {
  const version = only(headers, 'mcp-protocol-version');
  const method = only(headers, 'mcp-method');
  const name = only(headers, 'mcp-name');
  only(headers, 'mcp-session-id');
  if (first === undefined) return;
  const claimed = versionOf(first);
  if (claimed !== undefined && version !== undefined && version !== claimed) throw mismatch('MCP-Protocol-Version', version, claimed);
  if (batch || others.length > 0) {
    if (isStateless(version ?? '') || method !== undefined || name !== undefined) throw new McpFault('message-mismatch', 'expected one message beside headers that speak of one, got a batch');
    return;
  }
  checkMethod(first, method, isStateless(claimed ?? version ?? ''));
  checkName(first, name, isStateless(claimed ?? version ?? ''));
}

export function isStateless(version: string): boolean {
  return version >= FIRST_STATELESS;
}

function checkMethod(message: RpcMessage, header: string | undefined, stateless: boolean): void {
  if (message.kind === 'response') {
    if (header !== undefined) throw new McpFault('message-mismatch', `expected no Mcp-Method beside a response, got ${quoted(header)}`);
    return;
  }
  if (header === undefined && stateless && message.kind === 'request') throw new McpFault('message-mismatch', 'expected Mcp-Method with the request, got none');
  if (header !== undefined && header !== message.method) throw mismatch('Mcp-Method', header, message.method);
}

function checkName(message: RpcMessage, header: string | undefined, stateless: boolean): void {
  const subject = message.kind !== 'response' && NAMED.has(message.method) ? subjectOf(message.method, message.params) : undefined;
  if (header === undefined) {
    if (stateless && subject !== undefined && message.kind === 'request') throw new McpFault('message-mismatch', 'expected Mcp-Name with the request, got none');
    return;
  }
  const decoded = decode(header);
  if (subject === undefined || decoded !== subject) throw mismatch('Mcp-Name', header, subject ?? 'nothing that it could name');
}

/** A value that is no plain ASCII stands as `=?base64?...?=` (Streamable HTTP, Value Encoding). */
function decode(value: string): string | undefined {
  const [, base64] = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/.exec(value) ?? [];
  if (base64 === undefined) return value.startsWith('=?') ? undefined : value;
  const bytes = Buffer.from(base64, 'base64');
  const text = bytes.toString('utf8');
  return bytes.toString('base64') === base64 && Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}

function versionOf(message: RpcMessage): string | undefined {
  if (message.kind === 'response' || !isObject(message.params['_meta'])) return undefined;
  const version = message.params['_meta']['io.modelcontextprotocol/protocolVersion'];
  return typeof version === 'string' ? version : undefined;
}

function only(headers: Headers, name: string): string | undefined {
  const [first, ...others] = headers.filter((header) => header[0] === name);
  if (others.length > 0) throw new McpFault('message-mismatch', `expected ${name} once, got it ${others.length + 1} times`);
  return first?.[1];
}

function mismatch(header: string, got: string, body: string): McpFault {
  return new McpFault('message-mismatch', `expected ${header} to be what the body says, ${quoted(body)}, got ${quoted(got)}`);
}
