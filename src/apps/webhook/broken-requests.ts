import { Buffer } from 'node:buffer';
import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { failure, type StatusCode } from './status.ts';

/** Answers what never became a whole request in the words that the API server reads, where Node would send a bare status line. */
export function answerBrokenRequests(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.prependListener('request', (request, response) => void latest.set(request.socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = latest.get(socket);
    const underWay = response !== undefined && response.headersSent && !response.writableFinished;
    const answer = underWay || !socket.writable ? undefined : answerTo(error.code ?? '');
    if (answer === undefined) socket.destroy();
    else socket.end(answer, () => socket.destroy());
  });
}

/** Undefined where it was no HTTP that broke, such as a handshake. */
function answerTo(code: string): string | undefined {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return written(408, 'expected the whole request within seconds, got a part of it; try again, and see what delays it between the API server and the webhook');
    case 'HPE_HEADER_OVERFLOW':
      return written(431, 'expected a head of at most 16 KiB, got a larger one');
    default:
      return code.startsWith('HPE_') ? written(400, 'expected one HTTP/1.1 request, got something else') : undefined;
  }
}

function written(code: StatusCode, message: string): string {
  const body = JSON.stringify(failure(code, message));
  return `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
