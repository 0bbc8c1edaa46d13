import type { Headers } from '../../terms/action.ts';

/** Reads one message's body. */
export interface Body {
  /** Hands on what of the chunk belongs to the body. The index after the message's end, or -1 if the chunk was used up before it. */
  read(chunk: Uint8Array, from: number): number;
  /** Whether the peer may close here, which ends the message. */
  readonly mayClose: boolean;
  readonly trailers: Headers;
}

export type DataSink = (data: Uint8Array) => void;

/** Part of a chunk without copying it; the chunk itself where that is all of it, since making a view costs more than the rest of the work. */
export function view(chunk: Uint8Array, from: number, to: number): Uint8Array {
  return from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
}
