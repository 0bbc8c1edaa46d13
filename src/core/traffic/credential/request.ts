import type { Headers } from '../../terms/action.ts';
import type { ProtocolOutcome } from '../../terms/protocol-facts.ts';
import type { RequestTarget, RequestTreatment } from '../treatment.ts';
import type { ReadyCredential } from './ready.ts';
import { swapInForm, swapInJson } from './swap.ts';

/** An echo could not be told in an encoded answer, nor in one that is fetched piece by piece (RFC 9110 sections 12.5.3, 14.2). */
const REPLACED = new Set(['accept-encoding', 'grpc-accept-encoding', 'range', 'if-range']);

/** Asks for an answer that can be looked into. */
export const readably = (headers: Headers): Headers => [...headers.filter(([name]) => !REPLACED.has(name)), ['accept-encoding', 'identity']];

/** Sets one credential in one request. */
export class CredentialRequest implements RequestTreatment {
  readonly confidential = true;
  readonly #credential: ReadyCredential;
  readonly #placeholder: string | undefined;
  readonly #json: boolean;

  /** `placeholder`: what stands for it in a query or body. `json`: the body was read as JSON. */
  constructor(credential: ReadyCredential, placeholder: string | undefined, json: boolean) {
    this.#credential = credential;
    this.#placeholder = placeholder;
    this.#json = json;
  }

  headers(headers: Headers): Headers {
    const { reference, value } = this.#credential;
    const asked = readably(headers);
    // What many servers take for the same header goes too (CGI, RFC 3875 section 4.1.18).
    return reference.in === 'header' ? [...asked.filter(([name]) => dashed(name) !== dashed(reference.name)), [reference.name, value]] : asked;
  }

  target({ path, query }: RequestTarget): RequestTarget {
    const { reference, value } = this.#credential;
    return reference.in === 'query' && this.#placeholder !== undefined ? { path, query: swapInForm(query, reference.name, this.#placeholder, value) } : { path, query };
  }

  body(bytes: Uint8Array): Uint8Array {
    const { reference, value } = this.#credential;
    if (reference.in !== 'body' || this.#placeholder === undefined) return bytes;
    if (this.#json) return swapInJson(bytes, reference.name, this.#placeholder, value);
    return Buffer.from(swapInForm(Buffer.from(bytes).toString('latin1'), reference.name, this.#placeholder, value), 'latin1');
  }

  facts(): ProtocolOutcome {
    return { credential: this.#credential.reference.secret };
  }
}

const dashed = (name: string): string => name.replaceAll('_', '-');
