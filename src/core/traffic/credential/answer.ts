import type { Headers } from '../../terms/action.ts';
import type { ProtocolOutcome } from '../../terms/protocol-facts.ts';
import { ProtocolFault } from '../http1/fault.ts';
import type { AnswerHead, AnswerTreatment, Emit } from '../treatment.ts';
import { type Mask, MaskedStream } from './mask.ts';

/** Encodings under which an echo could not be told. */
const ENCODINGS = new Set(['content-encoding', 'grpc-encoding']);

/** Covers a secret wherever an answer echoes it, by as many other bytes. */
export class CredentialAnswer implements AnswerTreatment {
  /** Lengths stay as they were announced. */
  readonly alters = false;
  readonly #stream: MaskedStream;
  readonly #bodiless: boolean;

  constructor(mask: Mask, method: string) {
    this.#stream = new MaskedStream(mask);
    this.#bodiless = method === 'HEAD';
  }

  head({ status, headers, ...head }: AnswerHead): AnswerHead {
    const encoded = headers.some(([name, value]) => ENCODINGS.has(name) && value.trim().toLowerCase() !== 'identity');
    if (encoded && !this.#bodiless && status !== 204 && status !== 304) {
      throw new ProtocolFault('answer-unread', 'the answer is encoded, although it was asked for unencoded, and an echo of the credential could not be told in it', 'response');
    }
    const text = head.statusText === undefined ? {} : { statusText: this.#stream.text(head.statusText) };
    return { ...head, ...text, status, headers: this.trailers(headers) };
  }

  data(chunk: Uint8Array, out: Emit): void {
    const shown = this.#stream.data(chunk);
    if (shown.length > 0) out(shown);
  }

  end(out: Emit): void {
    const rest = this.#stream.end();
    if (rest.length > 0) out(rest);
  }

  trailers(trailers: Headers): Headers {
    return trailers.map(([name, value]) => [this.#stream.text(name), this.#stream.text(value)]);
  }

  facts(): ProtocolOutcome {
    const { passages } = this.#stream;
    return passages === 0 ? {} : { redactions: { credential: passages } };
  }
}
