import { EventStreamReader } from '../../event-stream/reader.ts';
import type { EventMessage } from '../../event-stream/reader.ts';
import { SseReader } from '../../sse/reader.ts';
import { isObject } from '../../../terms/is-object.ts';
import type { Members } from '../tool-names.ts';
import { ListReader } from './list-reader.ts';

/** Finds the JSON values in an answer as it streams. May throw what its bytes are at fault for; then it finds no more. */
export interface Values {
  push(chunk: Uint8Array, tell: Tell): void;
  end(tell: Tell): void;
}

export type Tell = (value: Members) => void;

/** Longer than any answer or event that is known; a stream of images by base64 stays below it. */
export const LONGEST_VALUE = 16 * 1024 * 1024;

/** An answer that is one JSON value. */
export class WholeValue implements Values {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  push(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > LONGEST_VALUE) {
      this.#chunks = [];
      throw new RangeError(`expected an answer of at most ${LONGEST_VALUE} bytes`);
    }
    this.#chunks.push(Uint8Array.from(chunk));
  }

  end(tell: Tell): void {
    objectsIn(Buffer.concat(this.#chunks).toString('utf8')).forEach(tell);
  }
}

/** An event stream: one value in the data of each event; `[DONE]` is none. */
export class EventValues implements Values {
  readonly #events = new SseReader(LONGEST_VALUE);

  push(chunk: Uint8Array, tell: Tell): void {
    for (const { data } of this.#events.push(chunk)) if (data !== undefined) objectsIn(data).forEach(tell);
  }

  end(tell: Tell): void {
    const data = this.#events.end()?.data;
    if (data !== undefined) objectsIn(data).forEach(tell);
  }
}

/** A list of values that is sent one by one, as Gemini streams without `alt=sse`; or a single value, which an error is. */
export class ListedValues implements Values {
  readonly #list = new ListReader(LONGEST_VALUE);

  push(chunk: Uint8Array, tell: Tell): void {
    for (const text of this.#list.push(chunk)) objectsIn(text).forEach(tell);
  }

  end(): void {}
}

/** Bedrock's binary events: Converse's under the name of the event, and what InvokeModel's model said, which is in base64 within. */
export class BinaryValues implements Values {
  readonly #messages = new EventStreamReader(LONGEST_VALUE);

  push(chunk: Uint8Array, tell: Tell): void {
    this.#messages.push(chunk, (message) => { valuesOf(message).forEach(tell); });
  }

  end(): void {
    this.#messages.end();
  }
}

function valuesOf({ headers, payload }: EventMessage): readonly Members[] {
  const failure = headers.get(':exception-type') ?? headers.get(':error-code');
  if (failure !== undefined) return [{ error: { type: failure } }];
  const type = headers.get(':event-type');
  return objectsIn(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8')).flatMap((value) => {
    if (type !== 'chunk') return [{ [String(type)]: value }];
    return typeof value['bytes'] === 'string' ? objectsIn(Buffer.from(value['bytes'], 'base64').toString('utf8')) : [];
  });
}

/** What a text holds if it is JSON: nothing is judged by it, so it is read as the agent's own client would read it. */
function objectsIn(text: string): readonly Members[] {
  try {
    const value: unknown = JSON.parse(text);
    return (Array.isArray(value) ? value : [value]).filter(isObject);
  } catch {
    return [];
  }
}
