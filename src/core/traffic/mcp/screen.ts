import type { McpMessage } from '../../terms/action.ts';
import type { ProtocolOutcome } from '../../terms/protocol-facts.ts';
import { isObject } from '../../terms/is-object.ts';
import type { Refused } from '../problem.ts';
import { idKey, isName, type Members, readEnvelope, refuseLookalikes, type RpcMessage, type RpcResponse } from './envelope.ts';
import { rpcError } from './error.ts';
import { type Listing, LISTINGS, listingsIn } from './lists.ts';
import { messagesOf } from './message.ts';

export interface ScreenParts {
  /** Why the server may not ask this of the agent. */
  readonly objection: (message: McpMessage) => Refused | undefined;
  /** Whether the agent may see that there is what this request would use; `definition` is how the server describes it. */
  readonly shows: (use: McpMessage, definition: Members) => boolean;
}

/** `withheld`: nothing of it may reach the agent. */
export type Screened = 'unchanged' | 'withheld' | { readonly changed: unknown };

const RESULT_MEMBERS = [...LISTINGS.map(({ member }) => member), 'inputRequests'];

/** What of a server's messages reaches the agent. */
export class Screen {
  readonly #asked: ReadonlyMap<string, string>;
  readonly #parts: ScreenParts;
  #filtered = 0;
  #withheld = 0;
  #error: number | undefined;

  constructor(asked: ReadonlyMap<string, string>, parts: ScreenParts) {
    this.#asked = asked;
    this.#parts = parts;
  }

  /** One message, or a batch. Throws `McpFault` where it is neither. */
  pass(json: unknown): Screened {
    const { batch, messages } = readEnvelope(json);
    const items: readonly unknown[] = batch && Array.isArray(json) ? json : [json];
    const screened = messages.map((message, index) => this.#message(message, items[index]));
    if (!batch) return screened[0] ?? 'withheld';
    if (screened.every((one) => one === 'unchanged')) return 'unchanged';
    const left = screened.flatMap((one, index) => (one === 'withheld' ? [] : [one === 'unchanged' ? items[index] : one.changed]));
    return left.length === 0 ? 'withheld' : { changed: left };
  }

  facts(): ProtocolOutcome {
    const mcp = {
      ...(this.#error !== undefined && { error: this.#error }),
      ...(this.#filtered > 0 && { filtered: this.#filtered }),
      ...(this.#withheld > 0 && { withheld: this.#withheld }),
    };
    return Object.keys(mcp).length === 0 ? {} : { mcp };
  }

  #message(message: RpcMessage, json: unknown): Screened {
    if (message.kind === 'response') return this.#response(message, json);
    const refused = firstOf(messagesOf(message), this.#parts.objection);
    if (refused === undefined) return 'unchanged';
    this.#withheld += 1;
    return 'withheld';
  }

  #response(response: RpcResponse, json: unknown): Screened {
    const { id, result, error } = response;
    if (typeof error?.['code'] === 'number' && Number.isSafeInteger(error['code'])) this.#error = error['code'];
    if (result === undefined || !isObject(json)) return 'unchanged';
    refuseLookalikes(result, RESULT_MEMBERS);
    const asks = this.#inputRequests(result);
    if (asks !== undefined) return { changed: rpcError(id ?? null, asks) };
    const filtered = listingsIn(id === undefined ? undefined : this.#asked.get(idKey(id))).reduce((left, listing) => this.#listed(left, listing), result);
    return filtered === result ? 'unchanged' : { changed: { ...json, result: filtered } };
  }

  /** Why a result that asks the agent for something (2026-07-28, multi round-trip requests) may not reach it. */
  #inputRequests({ inputRequests }: Members): Refused | undefined {
    if (inputRequests === undefined) return undefined;
    const requests = isObject(inputRequests) ? Object.values(inputRequests) : [inputRequests];
    const read = readEnvelope(requests.length === 0 ? { jsonrpc: '2.0', method: 'ping' } : requests.map((request, id) => ({ ...(isObject(request) ? request : {}), jsonrpc: '2.0', id })));
    const messages = read.messages.flatMap((message) => (message.kind === 'response' ? [] : messagesOf(message)));
    const refused = firstOf(messages, this.#parts.objection);
    if (refused !== undefined) this.#withheld += 1;
    return refused;
  }

  #listed(result: Members, listing: Listing): Members {
    const { [listing.member]: entries } = result;
    if (entries === undefined) return result;
    const all: readonly unknown[] = Array.isArray(entries) ? entries : [];
    const left = all.filter((entry) => isObject(entry) && this.#shown(entry, listing));
    if (Array.isArray(entries) && left.length === all.length) return result;
    this.#filtered += all.length - left.length;
    return { ...result, [listing.member]: left };
  }

  #shown(entry: Members, { key, use }: Listing): boolean {
    const { [key]: name } = entry;
    return typeof name === 'string' && (key === 'name' ? isName(name) : name !== '') && this.#parts.shows(use(name), entry);
  }
}

function firstOf<Item, Found>(items: readonly Item[], find: (item: Item) => Found | undefined): Found | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
