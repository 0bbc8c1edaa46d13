import { Buffer } from 'node:buffer';
import { LinkFault } from './fault.ts';

/** Characters; several times what etcd takes for one object. */
const LONGEST_LINE = 8 * 1024 * 1024;

/**
 * The lines of a stream, without their line breaks, a character for a byte; an empty one is a heartbeat. Bytes after the last line
 * break are no line.
 *
 * @throws LinkFault `line-too-long`.
 */
export async function* linesOf(body: AsyncIterable<Uint8Array>, longest = LONGEST_LINE): AsyncIterable<string> {
  let parts: string[] = [];
  let size = 0;
  for await (const chunk of body) {
    const [first = '', ...rest] = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1').split('\n');
    for (const [index, piece] of [first, ...rest].entries()) {
      if (index > 0) {
        yield parts.join('');
        [parts, size] = [[], 0];
      }
      parts.push(piece);
      size += piece.length;
      if (size > longest) throw new LinkFault('line-too-long', `expected lines of at most ${longest} characters, got a longer one`);
    }
  }
}
