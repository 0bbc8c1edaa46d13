/** One block of an event stream (WHATWG HTML section 9.2), up to and with the empty line that ends it. */
export interface SseEvent {
  /** As it came, whatever its line ends and fields: what is passed on unchanged is passed on exactly. */
  readonly raw: Uint8Array;
  /** Absent: `message`. */
  readonly type?: string;
  /** Lines of `data` joined by LF; absent: no data, so that nothing is dispatched. */
  readonly data?: string;
  readonly id?: string;
  /** Milliseconds. */
  readonly retry?: number;
}

/** The same event with other data: every other line of it as it was, comments included. Without data nothing is dispatched, but ids and times still count. */
export function withData(event: SseEvent, data: string | undefined): Uint8Array {
  const kept = linesOf(event.raw).filter((line) => line !== '' && fieldName(line) !== 'data');
  const lines = [...kept, ...(data?.split(LINE_END).map((line) => `data: ${line}`) ?? []), '', ''];
  return Buffer.from(lines.join('\n'), 'utf8');
}

const LINE_END = /\r\n|\r|\n/;

/** Without the byte order mark that a stream may begin with. */
export function linesOf(raw: Uint8Array): string[] {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('utf8');
  return (text.startsWith('\ufeff') ? text.slice(1) : text).split(LINE_END);
}

/** A field line's name; empty for a comment. */
export function fieldName(line: string): string {
  const colon = line.indexOf(':');
  return colon === -1 ? line : line.slice(0, colon);
}

/** Without the one space that may follow the colon. */
export function fieldValue(line: string): string {
  const colon = line.indexOf(':');
  if (colon === -1) return '';
  return line[colon + 1] === ' ' ? line.slice(colon + 2) : line.slice(colon + 1);
}
