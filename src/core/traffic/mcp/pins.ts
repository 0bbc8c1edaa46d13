import { createHash } from 'node:crypto';
import { isObject } from '../../terms/is-object.ts';
import type { Members } from './envelope.ts';

/** Tools of one server that are remembered. None is ever forgotten for another: a server could make room for a change. */
const MOST_TOOLS = 2_000;
/** Characters of schemas that are kept of one server to check arguments by. */
const MOST_SCHEMA = 1024 * 1024;

export type Seen = 'first' | 'same' | 'changed' | 'too-many';

/** A tool as its server first described it. */
export interface Pin {
  /** Hexadecimal SHA-256 over the definition's JSON, members in order, without its `_meta`. */
  readonly digest: string;
  /** Of its arguments, as declared; absent where it declares none, or too much was declared to be kept. */
  readonly schema?: Members;
  /** Digest of another definition, where the server last gave that. */
  changed?: string;
}

/** What the tools of one server were at first sight. Whoever asked a person about them, or read them to a model, saw that. */
export class Pins {
  readonly #pins = new Map<string, Pin>();
  #schemas = 0;

  get(tool: string): Pin | undefined {
    return this.#pins.get(tool);
  }

  /** Compares a definition with what it was at first sight; `accept`: what it is now is what it shall be. */
  see(tool: string, definition: Members, accept = false): Seen {
    const digest = digestOf(definition);
    const pin = this.#pins.get(tool);
    if (pin === undefined && this.#pins.size >= MOST_TOOLS) return 'too-many';
    if (pin?.digest === digest) {
      delete pin.changed;
      return 'same';
    }
    if (pin === undefined || accept) {
      this.#pins.set(tool, this.#pin(digest, definition['inputSchema']));
      return pin === undefined ? 'first' : 'changed';
    }
    pin.changed = digest;
    return 'changed';
  }

  #pin(digest: string, schema: unknown): Pin {
    if (!isObject(schema)) return { digest };
    this.#schemas += JSON.stringify(schema).length;
    return this.#schemas > MOST_SCHEMA ? { digest } : { digest, schema };
  }
}

function digestOf(definition: Members): string {
  const { _meta, ...described } = definition;
  return createHash('sha256').update(JSON.stringify(described, inOrder)).digest('hex');
}

/** The order of members says nothing. */
function inOrder(_name: string, value: unknown): unknown {
  return isObject(value) ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))) : value;
}
