import { isObject } from '../../../terms/is-object.ts';
import type { LlmOutcome } from '../../../terms/protocol-facts.ts';
import type { Members } from '../tool-names.ts';
import { ToolCalls } from './tool-calls.ts';
import type { ReadUsage } from './usage.ts';

/** What has been read of one answer so far. Nothing of what the model said is kept, but arguments until their digest is known. */
export class Collected {
  readonly calls = new ToolCalls();
  model: string | undefined;
  serviceTier: string | undefined;
  /** How the counts are to be read. */
  readUsage: ReadUsage;
  readonly #finish = new Set<string>();
  #usage: Members = {};

  constructor(readUsage: ReadUsage) {
    this.readUsage = readUsage;
  }

  /** Later counts take the place of earlier ones; one that is null does not. */
  usage(value: unknown): void {
    if (isObject(value)) this.#usage = { ...this.#usage, ...Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null)) };
  }

  finish(value: unknown): void {
    if (typeof value === 'string' && value !== '' && this.#finish.size < 8) this.#finish.add(value.slice(0, 100));
  }

  named(model: unknown): void {
    if (typeof model === 'string' && model !== '') this.model ??= model.slice(0, 300);
  }

  /** Why the provider could not answer, or could not go on: its own word for it. */
  failed(error: unknown): void {
    if (!isObject(error)) return;
    this.finish([error['type'], error['status'], error['code']].find((word) => typeof word === 'string') ?? 'error');
  }

  outcome(): LlmOutcome {
    const usage = { ...this.readUsage(this.#usage), ...(this.serviceTier !== undefined && { serviceTier: this.serviceTier }) };
    const toolCalls = this.calls.list();
    const finish = [...this.#finish].join(', ');
    return {
      ...(this.model !== undefined && { model: this.model }),
      ...(Object.keys(usage).length > 0 && { usage }),
      ...(toolCalls.length > 0 && { toolCalls }),
      ...(finish !== '' && { finish }),
    };
  }
}

/** One JSON value of an answer: the whole of it, or what one event of a stream holds. */
export type ReadValue = (value: Members, into: Collected) => void;

/** The objects in a list; of anything else none. */
export function objectsOf(value: unknown): readonly Members[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** An object's member where it is an object; else one without members. */
export function objectAt(value: Members, name: string): Members {
  const member = value[name];
  return isObject(member) ? member : {};
}
