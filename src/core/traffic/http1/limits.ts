/** Bounds on what is kept in memory of one message; bodies are streamed and have none. All in bytes but the counts. */
export interface Limits {
  /** Start line and fields, with their line ends. */
  readonly headBytes: number;
  /** One line of the head or of the trailers. */
  readonly lineBytes: number;
  /** Fields in the head, and again in the trailers. */
  readonly fields: number;
  readonly trailerBytes: number;
  /** Size line of one chunk, extensions included. */
  readonly chunkLineBytes: number;
  /** 1xx responses before the one that answers the request. */
  readonly informational: number;
}

/** Twice what common servers take for a line and a head, so that whatever they would serve gets through. */
export const DEFAULT_LIMITS: Limits = {
  headBytes: 65_536,
  lineBytes: 32_768,
  fields: 100,
  trailerBytes: 8_192,
  chunkLineBytes: 256,
  informational: 64,
};
