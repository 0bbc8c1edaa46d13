import { type Fits, readSchema } from '../../policy/conditions/json-schema.ts';
import type { McpMessage } from '../../terms/action.ts';
import { quoted } from '../../terms/quote.ts';
import type { ReasonCode } from '../../terms/reason.ts';
import { RecentlyUsed } from '../../terms/recently-used.ts';
import type { Members } from './envelope.ts';
import { Pins } from './pins.ts';

/** Validators that are kept compiled. */
const COMPILED = 50;

export type Changed = 'deny' | 'hold' | 'allow';

/** A tool that is not what it was. */
export interface ToolChange {
  readonly tool: string;
  /** Hexadecimal SHA-256. */
  readonly was: string;
  readonly is: string;
}

/** What one MCP server has declared, and what follows for calls of it. */
export class McpServer {
  readonly #pins = new Pins();
  readonly #validators = new RecentlyUsed<string, Fits | 'none'>(COMPILED);

  /** Whether the agent may see a tool as it is described now. */
  describes(tool: string, definition: Members, changed: Changed, tell: (change: ToolChange) => void): boolean {
    const before = this.#pins.get(tool);
    const known = before?.changed;
    const seen = this.#pins.see(tool, definition, changed === 'allow');
    if (seen === 'changed' && before !== undefined) {
      const is = before.changed ?? this.#pins.get(tool)?.digest ?? '';
      if (is !== known) tell({ tool, was: before.digest, is });
    }
    return seen === 'first' || seen === 'same' || (seen === 'changed' && changed === 'allow');
  }

  /** Why a call of a tool may not be made although the rules permit it. */
  objection({ tool, args }: McpMessage, changed: Changed): { readonly reason: ReasonCode; readonly sentence: string; readonly hint: string } | undefined {
    const pin = tool === undefined ? undefined : this.#pins.get(tool);
    if (tool === undefined || pin === undefined) return undefined;
    if (pin.changed !== undefined && changed !== 'allow') {
      const held = changed === 'hold' ? ' Nobody can be asked, so it is refused.' : '';
      return { reason: 'tool-changed', sentence: `The server describes the tool ${quoted(tool)} otherwise than when it was first seen.${held}`, hint: 'Compare what the tool was with what it is; a restart of the agent takes what it is then for the first sight.' };
    }
    const fits = this.#validator(`${pin.digest} ${tool}`, pin.schema);
    if (fits === 'none' || fits(args ?? {}) === true) return undefined;
    return { reason: 'arguments-unfit', sentence: `The arguments do not fit the schema that the server declares for the tool ${quoted(tool)}.`, hint: 'Call the tool as tools/list describes it.' };
  }

  /** A schema that cannot be enforced says nothing: the rules have been asked, and the server has it too. */
  #validator(key: string, schema: Members | undefined): Fits | 'none' {
    const known = this.#validators.get(key);
    if (known !== undefined) return known;
    const read = schema === undefined ? undefined : readSchema(schema, true);
    const fits = read !== undefined && 'fits' in read ? read.fits : 'none';
    this.#validators.set(key, fits);
    return fits;
  }
}
