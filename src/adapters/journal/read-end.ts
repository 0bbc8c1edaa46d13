import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface FileEnd {
  /** The last whole lines, oldest first, without their newlines, each with the offset at which it starts. */
  readonly lines: readonly { readonly start: number; readonly bytes: Buffer }[];
  /** Offset behind the last newline: what stands there is no whole line. */
  readonly wholeSize: number;
  readonly size: number;
}

const NEWLINE = 0x0a;

/** The last `count` lines of a file (at least one), read from its end. Throws what the file system throws. */
export function readEnd(path: string, count: number): FileEnd {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    for (let length = 65_536; ; length *= 4) {
      const start = Math.max(0, size - length);
      const bytes = readAt(descriptor, start, size - start);
      const lines = wholeLines(bytes, start);
      if (start === 0 || lines.length > count) {
        const last = lines.at(-1);
        // The first line of a window that starts within the file is cut.
        const whole = start === 0 ? lines : lines.slice(1);
        return { lines: whole.slice(-count), wholeSize: last === undefined ? 0 : last.start + last.bytes.length + 1, size };
      }
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Up to `length` bytes from `start` on. */
export function readAt(descriptor: number, start: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let at = 0;
  while (at < length) {
    const read = readSync(descriptor, bytes, at, length - at, start + at);
    if (read === 0) break;
    at += read;
  }
  return bytes.subarray(0, at);
}

/** The lines of a buffer that end in a newline; `offset` is where the buffer starts in its file. */
function wholeLines(bytes: Buffer, offset: number): { start: number; bytes: Buffer }[] {
  const lines: { start: number; bytes: Buffer }[] = [];
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    lines.push({ start: offset + start, bytes: bytes.subarray(start, end) });
    start = end + 1;
  }
  return lines;
}
