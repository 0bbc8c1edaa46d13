import { crc32 } from './crc32.ts';
import { EventStreamFault } from './fault.ts';
import { type EventHeaders, readHeaders } from './headers.ts';

/** One message of `application/vnd.amazon.eventstream`. */
export interface EventMessage {
  readonly headers: EventHeaders;
  /** A view where the message lay in one chunk. */
  readonly payload: Uint8Array;
}

/** Two lengths of four bytes and their CRC. */
const PRELUDE = 12;
const CRC = 4;
const LONGEST_HEADERS = 128 * 1024;

/** Cuts a stream of binary events (amazon-eventstream: prelude, headers, payload, each vouched for by a CRC-32) into its messages, however its bytes arrive. */
export class EventStreamReader {
  readonly #largest: number;
  #held = new Uint8Array();
  /** Of the message that is being read, once its prelude is whole. */
  #total: number | undefined;
  /** Chunks of it after `#held`, which are put together once. */
  #more: Uint8Array[] = [];
  #bytes = 0;

  /** `largest`: bytes of one message. */
  constructor(largest: number) {
    this.#largest = largest;
  }

  /** Tells of the messages that end in `chunk`. Throws `EventStreamFault`, after those before it were told of. */
  push(chunk: Uint8Array, tell: (message: EventMessage) => void): void {
    if (this.#bytes + chunk.length < (this.#total ?? PRELUDE)) {
      this.#hold(chunk);
      return;
    }
    let rest = this.#bytes === 0 ? chunk : Buffer.concat([this.#held, ...this.#more, chunk]);
    for (;;) {
      this.#total = rest.length < PRELUDE ? undefined : totalOf(rest, this.#largest);
      if (this.#total === undefined || rest.length < this.#total) break;
      tell(readMessage(rest.subarray(0, this.#total)));
      rest = rest.subarray(this.#total);
    }
    this.#held = Uint8Array.from(rest);
    this.#more = [];
    this.#bytes = rest.length;
  }

  /** Throws `EventStreamFault` where a message has not come to its end. */
  end(): void {
    if (this.#bytes > 0) throw new EventStreamFault('message-cut-short', 'expected the rest of a message, got the end');
  }

  #hold(chunk: Uint8Array): void {
    this.#more.push(Uint8Array.from(chunk));
    this.#bytes += chunk.length;
  }
}

/** The length is only believed once the prelude's CRC vouches for it. */
function totalOf(bytes: Uint8Array, largest: number): number {
  const view = viewOf(bytes);
  if (crc32(bytes.subarray(0, PRELUDE - CRC)) !== view.getUint32(8)) throw new EventStreamFault('prelude-damaged', 'expected a prelude that fits its CRC');
  const total = view.getUint32(0);
  const headers = view.getUint32(4);
  if (headers > LONGEST_HEADERS || PRELUDE + headers + CRC > total) throw new EventStreamFault('length-malformed', 'expected headers that have room in the message');
  if (total > largest) throw new EventStreamFault('message-too-large', `expected messages of at most ${largest} bytes, got ${total}`);
  return total;
}

function readMessage(bytes: Uint8Array): EventMessage {
  const view = viewOf(bytes);
  const end = bytes.length - CRC;
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end)) throw new EventStreamFault('message-damaged', 'expected a message that fits its CRC');
  const headersEnd = PRELUDE + view.getUint32(4);
  return { headers: readHeaders(bytes.subarray(PRELUDE, headersEnd)), payload: bytes.subarray(headersEnd, end) };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
