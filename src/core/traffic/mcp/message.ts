import type { McpMessage } from '../../terms/action.ts';
import { isObject } from '../../terms/is-object.ts';
import { quoted } from '../../terms/quote.ts';
import { isName, type Members, refuseLookalikes, type RpcNotification, type RpcRequest, unread } from './envelope.ts';
import { uriFault } from './resource-uri.ts';

/** Which parameter says what a request is about. */
const SUBJECTS: ReadonlyMap<string, 'name' | 'uri' | 'taskId'> = new Map([
  ['tools/call', 'name'], ['prompts/get', 'name'], ['resources/read', 'uri'], ['resources/subscribe', 'uri'], ['resources/unsubscribe', 'uri'],
  ['tasks/get', 'taskId'], ['tasks/update', 'taskId'], ['tasks/cancel', 'taskId'], ['tasks/result', 'taskId'],
]);

const PARAMETERS = ['name', 'uri', 'taskId', 'arguments', 'ref', '_meta', 'notifications'];

/**
 * What a request or notification asks for, as rules judge it. Most are one message; `subscriptions/listen` is also a
 * `resources/subscribe` for each resource that it names. Throws `McpFault`.
 */
export function messagesOf({ method, params, ...rest }: RpcRequest | RpcNotification): readonly McpMessage[] {
  refuseLookalikes(params, PARAMETERS);
  const base = { kind: 'mcp', method, ...('id' in rest && { id: rest.id }) } as const;
  const subject = subjectOf(method, params);
  if (method === 'tools/call') return [{ ...base, ...(subject !== undefined && { tool: subject }), args: argumentsOf(params) }];
  if (method === 'prompts/get') return [{ ...base, ...(subject !== undefined && { name: subject }), args: argumentsOf(params) }];
  if (method === 'completion/complete') return [{ ...base, name: referenceOf(params) }];
  if (method === 'subscriptions/listen') return [base, ...subscribed(params).map((name) => ({ ...base, method: 'resources/subscribe', name }))];
  return [subject === undefined ? base : { ...base, name: subject }];
}

/** What the request is about, if its method is about something. */
export function subjectOf(method: string, params: Members): string | undefined {
  const parameter = SUBJECTS.get(method);
  if (parameter === undefined) return undefined;
  return parameter === 'uri' ? readUri(params[parameter]) : readName(params[parameter], parameter);
}

function readName(value: unknown, parameter: string): string {
  if (typeof value === 'string' && isName(value)) return value;
  throw unread(`expected a name of visible characters in "params.${parameter}", got ${typeof value === 'string' ? quoted(value) : 'something else'}`);
}

function readUri(value: unknown): string {
  const fault = typeof value === 'string' ? uriFault(value) : 'expected a URI in "params.uri", got something else';
  if (typeof value !== 'string' || fault !== undefined) throw unread(fault ?? '');
  return value;
}

function argumentsOf(params: Members): Members {
  const { arguments: args = {} } = params;
  if (!isObject(args)) throw unread('expected an object in "params.arguments", got something else');
  return args;
}

function referenceOf({ ref }: Members): string {
  if (!isObject(ref)) throw unread('expected an object in "params.ref", got something else');
  refuseLookalikes(ref, ['type', 'name', 'uri']);
  return ref['uri'] === undefined ? readName(ref['name'], 'ref.name') : readUri(ref['uri']);
}

function subscribed({ notifications = {} }: Members): readonly string[] {
  if (!isObject(notifications)) throw unread('expected an object in "params.notifications", got something else');
  refuseLookalikes(notifications, ['resourceSubscriptions']);
  const { resourceSubscriptions: uris = [] } = notifications;
  if (!Array.isArray(uris)) throw unread('expected a list of URIs in "params.notifications.resourceSubscriptions", got something else');
  return uris.map(readUri);
}
