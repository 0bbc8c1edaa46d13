import { isObject } from '../../terms/is-object.ts';
import { quoted } from '../../terms/quote.ts';
import { folding } from '../json/scan.ts';
import { McpFault } from './fault.ts';

export type RpcId = string | number;
export type Members = Readonly<Record<string, unknown>>;

/** One message of JSON-RPC 2.0, as MCP restricts it: ids are strings or whole numbers, parameters are objects. */
export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

export interface RpcRequest {
  readonly kind: 'request';
  readonly id: RpcId;
  readonly method: string;
  readonly params: Members;
}

export interface RpcNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: Members;
}

export interface RpcResponse {
  readonly kind: 'response';
  /** Absent of an error that answers no request in particular. */
  readonly id?: RpcId;
  readonly result?: Members;
  readonly error?: Members;
}

export interface Envelope {
  /** An array, as protocol versions before 2025-06-18 have it. */
  readonly batch: boolean;
  readonly messages: readonly RpcMessage[];
}

const MEMBERS = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];

/** Reads one message, or a batch of them whole: a fault in one is a fault of all. Throws `McpFault`. */
export function readEnvelope(json: unknown): Envelope {
  if (!Array.isArray(json)) return { batch: false, messages: [readMessage(json)] };
  if (json.length === 0) throw unread('expected messages in the batch, got none');
  const messages = json.map(readMessage);
  const ids = messages.flatMap((message) => (message.kind === 'request' ? [idKey(message.id)] : []));
  if (new Set(ids).size < ids.length) throw unread('expected an id of its own for each request of the batch, got one twice');
  return { batch: true, messages };
}

/** Equal for equal ids only: `1` and `"1"` are two. */
export function idKey(id: RpcId): string {
  return typeof id === 'number' ? String(id) : `"${id}`;
}

/** Refuses members that a reader who folds case would take for one of `names`. */
export function refuseLookalikes(members: Members, names: readonly string[]): void {
  for (const key of Object.keys(members)) {
    const meant = names.includes(key) ? undefined : names.find((name) => folding(name) === folding(key));
    if (meant !== undefined) throw unread(`expected members under their own names, got ${quoted(key)} for ${quoted(meant)}`);
  }
}

function readMessage(value: unknown): RpcMessage {
  if (!isObject(value)) throw unread('expected a JSON-RPC message, got another value');
  refuseLookalikes(value, MEMBERS);
  const { jsonrpc, method, result, error } = value;
  const params = value['params'] ?? {};
  if (jsonrpc !== '2.0') throw unread('expected "jsonrpc": "2.0", got something else');
  if (method === undefined) return readResponse(value);
  if (result !== undefined || error !== undefined) throw unread('expected a request or a response, got both in one');
  if (typeof method !== 'string' || !isName(method)) throw unread('expected a method of visible characters, got something else');
  if (!isObject(params)) throw unread('expected an object in "params", got something else');
  return 'id' in value ? { kind: 'request', id: readId(value['id']), method, params } : { kind: 'notification', method, params };
}

/** Some servers write out what is not there as null. */
function readResponse({ id, result, params, ...rest }: Members): RpcResponse {
  const error = rest['error'] ?? undefined;
  if (params !== undefined || (result === undefined) === (error === undefined)) throw unread('expected a method, a result or an error, got none or several');
  if (error !== undefined) {
    if (!isObject(error)) throw unread('expected an object in "error", got something else');
    return id === undefined || id === null ? { kind: 'response', error } : { kind: 'response', id: readId(id), error };
  }
  if (!isObject(result)) throw unread('expected an object in "result", got something else');
  return { kind: 'response', id: readId(id), result };
}

function readId(id: unknown): RpcId {
  if (typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id))) return id;
  throw unread('expected a string or a whole number as "id", got something else');
}

/** What can name a method, a tool or a prompt: without control characters, line ends and the marks that reorder text. */
export function isName(text: string): boolean {
  return text !== '' && text.length <= 1_000 && !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text);
}

export function unread(message: string): McpFault {
  return new McpFault('message-unread', message);
}
