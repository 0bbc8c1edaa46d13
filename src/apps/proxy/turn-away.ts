import type { Socket } from 'node:net';
import { writeResponseHead } from '../../core/traffic/http1/write.ts';
import { problemBody, problemDocument, PROBLEM_MEDIA_TYPE, type Refused } from '../../core/traffic/problem.ts';

/** How many are answered at once; those beyond are simply closed. */
const AT_ONCE = 64;
/** From the connection's beginning to its end, with the question and the answer between. */
const PATIENCE = 1_000;

/** Tells those for whom there is no room why, in HTTP, without reading what they ask. */
export class TurnAway {
  #answering = 0;

  answer(socket: Socket, refused: Refused): void {
    if (this.#answering >= AT_ONCE) return void socket.destroy();
    this.#answering += 1;
    const timer = setTimeout(() => { socket.destroy(); }, PATIENCE).unref();
    socket.once('close', () => {
      clearTimeout(timer);
      this.#answering -= 1;
    });
    // A client that is answered before it has asked takes that for a fault; one that still sends when we close would not see the answer.
    socket.once('data', () => { socket.end(textOf(refused), 'latin1'); });
  }
}

function textOf(refused: Refused): string {
  const { status, title } = problemDocument(refused);
  const body = problemBody(refused);
  return writeResponseHead(status, title, [['content-type', PROBLEM_MEDIA_TYPE], ['content-length', String(Buffer.byteLength(body))], ['connection', 'close']]) + body;
}
