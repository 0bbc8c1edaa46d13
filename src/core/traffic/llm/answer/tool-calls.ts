import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { LlmToolCall } from '../../../terms/protocol-facts.ts';

interface Begun {
  id: string | undefined;
  name: string | undefined;
  text: string;
  /** Given whole, as a value. */
  value: unknown;
}

const MOST_CALLS = 256;
/** Characters of arguments that are held, of all calls together. */
const MOST_TEXT = 4 * 1024 * 1024;

/** The tool calls of an answer, put together from the pieces in which they come. */
export class ToolCalls {
  /** Something was not held any more. */
  overflowed = false;
  readonly #calls = new Map<string, Begun>();
  #text = 0;

  /** `key`: the same for all pieces of one call. What is undefined is said by another piece. */
  add(key: string, piece: { readonly id?: unknown; readonly name?: unknown; readonly text?: unknown; readonly value?: unknown }): void {
    const call = this.#calls.get(key) ?? this.#begin(key);
    if (call === undefined) return;
    call.id ??= textOf(piece.id);
    call.name ??= textOf(piece.name);
    call.value ??= piece.value;
    if (typeof piece.text === 'string') this.#append(call, piece.text);
  }

  get size(): number {
    return this.#calls.size;
  }

  has(key: string): boolean {
    return this.#calls.has(key);
  }

  list(): LlmToolCall[] {
    return [...this.#calls.values()].flatMap(({ id, name, text, value }) => (name === undefined ? [] : [{ ...(id !== undefined && { id }), name, digest: digestOf(text, value) }]));
  }

  #begin(key: string): Begun | undefined {
    if (this.#calls.size >= MOST_CALLS) {
      this.overflowed = true;
      return undefined;
    }
    const call: Begun = { id: undefined, name: undefined, text: '', value: undefined };
    this.#calls.set(key, call);
    return call;
  }

  #append(call: Begun, text: string): void {
    this.#text += text.length;
    if (this.#text > MOST_TEXT) this.overflowed = true;
    else call.text += text;
  }
}

/** The same for the same arguments however they are written, so that a call can be found again where it is carried out. */
function digestOf(text: string, value: unknown): string {
  return `sha256:${hash('sha256', text === '' ? canonical(value ?? {}) ?? '' : canonical(parsed(text)) ?? text, 'hex')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** RFC 8785; undefined for what has no such form. */
function canonical(value: unknown): string | undefined {
  try {
    return canonicalize(value);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
