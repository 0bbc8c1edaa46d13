import { createHash, hash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { PayloadFacts, PayloadNote } from '../../core/evidence/draft.ts';
import { redactBody } from '../../core/evidence/redact-body.ts';
import type { Capture } from '../../core/terms/permit.ts';
import type { BlobStore } from './blobs.ts';
import type { PayloadSink } from './journal.ts';

/** Bytes of bodies that all calls together may hold in memory for their blobs. */
export const CAPTURE_MEMORY = 32 * 1024 * 1024;

/** A first chunk up to this size waits for a second: most bodies are one chunk, and one-shot hashing is cheaper. */
const ONE_SHOT = 65_536;

const SALT_BYTES = 32;
const EMPTY = new Uint8Array();

export interface PayloadContext {
  readonly blobs: BlobStore;
  readonly randomBytes: (size: number) => Uint8Array;
  /** Hex; salts of payloads without a blob are made of it. */
  readonly secret: string;
  /** Shared by all sinks. */
  readonly memory: { left: number };
}

export interface PayloadName {
  readonly call: string;
  readonly side: 'request' | 'response';
  readonly mediaType?: string;
}

/** What a blob holds besides the bytes: the first line of its plaintext. */
interface BlobHead extends PayloadName {
  readonly v: 1;
  readonly salt: string;
  readonly bytes: number;
  readonly captured: number;
  readonly truncated: boolean;
}

interface Kept {
  readonly body?: Uint8Array;
  readonly redacted?: number;
  readonly note?: PayloadNote;
}

/**
 * Salt of a payload without a blob: SHA-256 of the secret as hex, the call's id and the side, joined by `/`. Not HMAC, which
 * costs ten times as much here: salts are nowhere published, and no call's id is another's with padding behind it.
 */
function derivedSalt(secret: string, call: string, side: string): Buffer {
  return hash('sha256', `${secret}/${call}/${side}`, 'buffer');
}

export class CapturingSink implements PayloadSink {
  readonly #capture: Capture;
  readonly #name: PayloadName;
  readonly #context: PayloadContext;
  #salt: Uint8Array = EMPTY;
  /** Salt and first chunk, while it is the only one. */
  #first: Buffer | undefined;
  #hash: Hash | undefined;
  #bytes = 0;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #held = 0;
  #outOfMemory = false;

  constructor(capture: Capture, name: PayloadName, context: PayloadContext) {
    this.#capture = capture;
    this.#name = name;
    this.#context = context;
  }

  write(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#bytes === 0) this.#salt = this.#makeSalt();
    if (this.#bytes === 0 && chunk.length <= ONE_SHOT) this.#first = Buffer.concat([this.#salt, chunk]);
    else this.#hashOn(chunk);
    this.#bytes += chunk.length;
    if (this.#capture.payload === 'full') this.#keep(chunk);
  }

  async end(): Promise<PayloadFacts> {
    const bytes = this.#bytes;
    if (bytes === 0) return { bytes, captured: 0, truncated: false };
    const kept = this.#capture.payload === 'full' ? await this.#store() : { captured: 0, truncated: false };
    const digest = `sha256:${this.#first === undefined ? this.#hash?.digest('hex') : hash('sha256', this.#first, 'hex')}`;
    return { bytes, digest, ...kept };
  }

  /** Most requests have no body, and need none. */
  #makeSalt(): Uint8Array {
    if (this.#capture.payload === 'full') return this.#context.randomBytes(SALT_BYTES);
    return derivedSalt(this.#context.secret, this.#name.call, this.#name.side);
  }

  #hashOn(chunk: Uint8Array): void {
    if (this.#hash === undefined) {
      this.#hash = createHash('sha256').update(this.#first ?? this.#salt);
      this.#first = undefined;
    }
    this.#hash.update(chunk);
  }

  #keep(chunk: Uint8Array): void {
    const room = Math.min(chunk.length, this.#capture.limit - this.#keptBytes);
    if (room <= 0 || this.#outOfMemory) return;
    if (room > this.#context.memory.left) {
      this.#outOfMemory = true;
      return;
    }
    this.#context.memory.left -= room;
    this.#held += room;
    this.#keptBytes += room;
    this.#kept.push(Buffer.from(chunk.subarray(0, room)));
  }

  #forget(): void {
    this.#context.memory.left += this.#held;
    this.#held = 0;
    this.#kept = [];
  }

  async #store(): Promise<Omit<PayloadFacts, 'bytes' | 'digest'>> {
    const { body = EMPTY, ...facts } = this.#redacted();
    const truncated = this.#keptBytes < this.#bytes;
    try {
      const blob = await this.#context.blobs.put(this.#plaintext(body, truncated));
      return { captured: body.length, truncated, ...facts, blob };
    } catch {
      return { captured: 0, truncated: false, note: 'blob-unwritten' };
    } finally {
      this.#forget();
    }
  }

  #redacted(): Kept {
    const whole = this.#keptBytes === this.#bytes;
    const note: PayloadNote | undefined = this.#outOfMemory ? 'no-memory' : whole ? undefined : 'over-limit';
    const [only] = this.#kept;
    const body = only !== undefined && this.#kept.length === 1 ? only : Buffer.concat(this.#kept);
    if (this.#capture.redact.length === 0) return note === undefined ? { body } : { body, note };
    // Half a document cannot be searched for what must not be kept.
    if (!whole) return { note: note === 'no-memory' ? note : 'unredactable' };
    const redaction = redactBody(body, this.#capture.redact);
    return redaction.ok ? { body: redaction.body, redacted: redaction.count } : { note: 'unredactable' };
  }

  /** Made even if no byte may be kept: the salt must be somewhere, or nobody could ever check the digest. */
  #plaintext(body: Uint8Array, truncated: boolean): Buffer {
    const head: BlobHead = {
      v: 1,
      ...this.#name,
      salt: Buffer.from(this.#salt).toString('hex'),
      bytes: this.#bytes,
      captured: body.length,
      truncated,
    };
    return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
  }
}
