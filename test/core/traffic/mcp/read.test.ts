import { describe, expect, test } from 'vitest';
import type { Headers } from '../../../../src/core/terms/action.ts';
import { McpFault } from '../../../../src/core/traffic/mcp/fault.ts';
import { readMcp } from '../../../../src/core/traffic/mcp/read.ts';

interface Sent {
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Headers;
  readonly body?: string;
}

const JSON_TYPE: Headers = [['content-type', 'application/json']];
const call = (more: object = {}): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'search', arguments: { q: 'x' } }, ...more });
const asking = (method: string, params: object): string => JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
const modern = (...more: Headers): Headers => [...JSON_TYPE, ['mcp-protocol-version', '2026-07-28'], ...more];
const version = (text: string): object => ({ _meta: { 'io.modelcontextprotocol/protocolVersion': text } });

function read({ method = 'POST', query = '', headers = JSON_TYPE, body }: Sent): object {
  const messages = readMcp({ method, query, headers, ...(body !== undefined && { body: { bytes: Buffer.from(body) } }) });
  return messages.map((message) => Object.fromEntries(Object.entries(message).filter(([name]) => name !== 'kind')));
}

function faultOf(sent: Sent): string {
  try {
    read(sent);
  } catch (error) {
    if (error instanceof McpFault) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'none';
}

describe('what is read', () => {
  const READ: readonly (readonly [string, Sent, object[]])[] = [
    ['a tool call', { body: call() }, [{ id: 1, method: 'tools/call', tool: 'search', args: { q: 'x' } }]],
    ['a tool call without arguments', { body: call({ params: { name: 'now' } }) }, [{ id: 1, method: 'tools/call', tool: 'now', args: {} }]],
    ['a notification', { body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' }, [{ method: 'notifications/initialized' }]],
    ['parameters that are null', { body: '{"jsonrpc":"2.0","id":"a","method":"ping","params":null}' }, [{ id: 'a', method: 'ping' }]],
    ['a prompt', { body: asking('prompts/get', { name: 'greet' }) }, [{ id: 1, method: 'prompts/get', name: 'greet', args: {} }]],
    ['a resource', { body: asking('resources/read', { uri: 'file:///a/b?c=../d' }) }, [{ id: 1, method: 'resources/read', name: 'file:///a/b?c=../d' }]],
    ['a completion', { body: asking('completion/complete', { ref: { type: 'ref/prompt', name: 'greet' }, argument: {} }) }, [{ id: 1, method: 'completion/complete', name: 'greet' }]],
    ['a subscription with its resources', { body: asking('subscriptions/listen', { notifications: { toolsListChanged: true, resourceSubscriptions: ['file:///a'] } }) }, [{ id: 1, method: 'subscriptions/listen' }, { id: 1, method: 'resources/subscribe', name: 'file:///a' }]],
    ['a response to what the server asked', { body: '{"jsonrpc":"2.0","id":"s1","result":{"roots":[]}}' }, []],
    ['an error response', { body: '{"jsonrpc":"2.0","id":"s1","error":{"code":-1,"message":"no"}}' }, []],
    ['a batch whole', { body: `[${call()},{"jsonrpc":"2.0","id":"s1","result":{}},${call({ id: 2, params: { name: 'drop' } })}]` }, [{ id: 1, method: 'tools/call', tool: 'search', args: { q: 'x' } }, { id: 2, method: 'tools/call', tool: 'drop', args: {} }]],
    ['a stream that is opened', { method: 'GET', headers: [['accept', 'text/event-stream']] }, []],
    ['a session that is ended', { method: 'DELETE', headers: [['mcp-session-id', 's']] }, []],
    ['a charset that is no other', { headers: [['content-type', 'application/json; charset="UTF-8"']], body: call() }, [{ id: 1, method: 'tools/call', tool: 'search', args: { q: 'x' } }]],
    ['a stateless call, whose headers agree', { headers: modern(['mcp-method', 'tools/call'], ['mcp-name', 'search']), body: call({ params: { name: 'search', ...version('2026-07-28') } }) }, [{ id: 1, method: 'tools/call', tool: 'search', args: {} }]],
    ['a name that is no ASCII', { headers: modern(['mcp-method', 'tools/call'], ['mcp-name', '=?base64?c8O8w58=?=']), body: call({ params: { name: 'süß' } }) }, [{ id: 1, method: 'tools/call', tool: 'süß', args: {} }]],
    ['headers that agree in a session', { headers: [...JSON_TYPE, ['mcp-session-id', 's'], ['mcp-method', 'tools/call']], body: call() }, [{ id: 1, method: 'tools/call', tool: 'search', args: { q: 'x' } }]],
    ['a query that says nothing', { query: 'profile=a', body: '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}' }, [{ method: 'notifications/cancelled' }]],
  ];

  test.each(READ)('%s', (_, sent, expected) => {
    expect(read(sent)).toEqual(expected);
  });
});

describe('what is refused', () => {
  const REFUSED: readonly (readonly [string, Sent, string])[] = [
    ['another method', { method: 'PUT', body: call() }, 'message-unread: expected POST, GET or DELETE, got PUT'],
    ['a GET with a body', { method: 'GET', body: call() }, 'message-unread: expected GET without a body'],
    ['another media type', { headers: [['content-type', 'text/plain']], body: call() }, 'message-unread: expected the media type application/json, got "text/plain"'],
    ['no media type', { headers: [], body: call() }, 'message-unread: expected the media type application/json, got none'],
    ['two media types', { headers: [...JSON_TYPE, ['content-type', 'text/plain']], body: call() }, 'message-unread: expected the media type application/json'],
    ['another charset', { headers: [['content-type', 'application/json; charset=utf-16']], body: call() }, 'message-unread: expected the media type application/json'],
    ['no body', {}, 'body-unreadable: expected a body'],
    ['a member twice (E21)', { body: '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}' }, 'body-unreadable: expected each member once'],
    ['two members apart in case (E21)', { body: '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}' }, 'body-unreadable: expected members that differ in more than case'],
    ['only the member in another case (E21)', { body: '{"jsonrpc":"2.0","id":1,"Method":"tools/call","result":{}}' }, 'message-unread: expected members under their own names, got "Method" for "method"'],
    ['a name in another case (E21)', { body: asking('tools/call', { Name: 'drop' }) }, 'message-unread: expected members under their own names, got "Name" for "name"'],
    ['no version', { body: '{"id":1,"method":"ping"}' }, 'message-unread: expected "jsonrpc": "2.0"'],
    ['a request and a response in one', { body: call({ result: {} }) }, 'message-unread: expected a request or a response, got both'],
    ['nothing that it could be', { body: '{"jsonrpc":"2.0","id":1}' }, 'message-unread: expected a method, a result or an error'],
    ['an id that is null', { body: call({ id: null }) }, 'message-unread: expected a string or a whole number as "id"'],
    ['an id that is no whole number', { body: call({ id: 1.5 }) }, 'message-unread: expected a string or a whole number as "id"'],
    ['parameters in a list', { body: call({ params: ['search'] }) }, 'message-unread: expected an object in "params"'],
    ['arguments in a list', { body: call({ params: { name: 'search', arguments: [] } }) }, 'message-unread: expected an object in "params.arguments"'],
    ['a tool without a name', { body: call({ params: {} }) }, 'message-unread: expected a name of visible characters in "params.name"'],
    ['a tool with a NUL in its name', { body: call({ params: { name: 'drop\0' } }) }, 'message-unread: expected a name of visible characters'],
    ['a tool with a mark that reorders text', { body: call({ params: { name: 'drop\u202e' } }) }, 'message-unread: expected a name of visible characters'],
    ['a resource with dot segments', { body: asking('resources/read', { uri: 'file:///public/../secret' }) }, 'message-unread: expected a URI without dot segments'],
    ['a resource with escaped dots', { body: asking('resources/read', { uri: 'file:///public/%2e%2e/secret' }) }, 'message-unread: expected no escaped dots'],
    ['a resource with backslashes', { body: asking('resources/read', { uri: 'file:///public\\secret' }) }, 'message-unread: expected a URI without characters'],
    ['a resource without a scheme', { body: asking('resources/read', { uri: '/etc/passwd' }) }, 'message-unread: expected a URI of visible ASCII characters with its scheme'],
    ['a batch with one that cannot be read (E33)', { body: `[${call()},{"jsonrpc":"2.0","id":2}]` }, 'message-unread: expected a method'],
    ['a batch with an id twice', { body: `[${call()},${call()}]` }, 'message-unread: expected an id of its own'],
    ['an empty batch', { body: '[]' }, 'message-unread: expected messages in the batch'],
    ['a batch in a batch', { body: `[[${call()}]]` }, 'message-unread: expected a JSON-RPC message'],
    ['a message in the query', { query: 'x=1&method=tools%2fcall', body: call() }, 'message-unread: expected the message in the body, got "method" in the query'],
    ['a message in the query, escaped', { method: 'GET', query: 'm%65thod=x' }, 'message-unread: expected the message in the body'],
    ['a method header that says something else', { headers: [...JSON_TYPE, ['mcp-method', 'tools/list']], body: call() }, 'message-mismatch: expected Mcp-Method to be what the body says, "tools/call", got "tools/list"'],
    ['a name header that says something else', { headers: [...JSON_TYPE, ['mcp-name', 'read']], body: call() }, 'message-mismatch: expected Mcp-Name to be what the body says, "search", got "read"'],
    ['a name header where nothing is named', { headers: [...JSON_TYPE, ['mcp-name', 'read']], body: asking('tools/list', {}) }, 'message-mismatch: expected Mcp-Name'],
    ['a method header twice', { headers: [...JSON_TYPE, ['mcp-method', 'tools/call'], ['mcp-method', 'tools/list']], body: call() }, 'message-mismatch: expected mcp-method once'],
    ['a session twice', { headers: [...JSON_TYPE, ['mcp-session-id', 'a'], ['mcp-session-id', 'b']], body: call() }, 'message-mismatch: expected mcp-session-id once'],
    ['a version header that says something else', { headers: [...JSON_TYPE, ['mcp-protocol-version', '2025-11-25']], body: call({ params: { name: 'search', ...version('2026-07-28') } }) }, 'message-mismatch: expected MCP-Protocol-Version'],
    ['a stateless call without its method header', { headers: modern(), body: call() }, 'message-mismatch: expected Mcp-Method with the request, got none'],
    ['a stateless call without its name header', { headers: modern(['mcp-method', 'tools/call']), body: call() }, 'message-mismatch: expected Mcp-Name with the request, got none'],
    ['a stateless call by its body alone', { body: call({ params: { name: 'search', ...version('2026-07-28') } }) }, 'message-mismatch: expected Mcp-Method with the request, got none'],
    ['a stateless batch', { headers: modern(), body: `[${call()}]` }, 'message-mismatch: expected one message beside headers'],
    ['a name in a wrong encoding', { headers: modern(['mcp-method', 'tools/call'], ['mcp-name', '=?base64?c2VhcmNo?']), body: call() }, 'message-mismatch: expected Mcp-Name'],
    ['a name in the encoding of something else', { headers: modern(['mcp-method', 'tools/call'], ['mcp-name', '=?base64?cmVhZA==?=']), body: call() }, 'message-mismatch: expected Mcp-Name'],
    ['a method header beside a response', { headers: [...JSON_TYPE, ['mcp-method', 'ping']], body: '{"jsonrpc":"2.0","id":1,"result":{}}' }, 'message-mismatch: expected no Mcp-Method beside a response'],
  ];

  test.each(REFUSED)('%s', (_, sent, expected) => {
    expect(faultOf(sent)).toContain(expected);
  });
});
