import type { ReasonCode } from '../../core/terms/reason.ts';

/** Why no connection came about: an address that may not be dialled, or the world outside failing. */
export class DialFault extends Error {
  override readonly name = 'DialFault';
  readonly reason: ReasonCode;
  /** One English sentence for whoever reads the refusal. */
  readonly sentence: string;
  /** What would make it pass. */
  declare readonly hint?: string;

  constructor(reason: ReasonCode, sentence: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(`${reason}: ${sentence}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.reason = reason;
    this.sentence = sentence;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}
