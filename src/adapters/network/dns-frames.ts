import { Buffer } from 'node:buffer';

/** A query fits in far less; whoever says more does not mean DNS. */
const LARGEST = 4096;

/**
 * Cuts a TCP stream into DNS messages (RFC 1035 section 4.2.2: two bytes of length before each).
 *
 * `push` returns the messages that the chunk completed, or undefined once a length is zero or over 4096; the reader is then unusable.
 */
export class DnsFrames {
  #held: Buffer = Buffer.alloc(0);
  #broken = false;

  push(chunk: Uint8Array): Uint8Array[] | undefined {
    if (this.#broken) return undefined;
    this.#held = Buffer.concat([this.#held, chunk]);
    const messages: Uint8Array[] = [];
    while (this.#held.length >= 2) {
      const length = this.#held.readUInt16BE(0);
      if (length === 0 || length > LARGEST) return this.#break();
      if (this.#held.length < 2 + length) break;
      messages.push(Buffer.from(this.#held.subarray(2, 2 + length)));
      this.#held = this.#held.subarray(2 + length);
    }
    return messages;
  }

  #break(): undefined {
    this.#broken = true;
    this.#held = Buffer.alloc(0);
  }
}

/** The message with its length before it. */
export function dnsFrame(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(2 + message.length);
  frame.writeUInt16BE(message.length, 0);
  frame.set(message, 2);
  return frame;
}
