import { readResponses, rewriteResponse, whole } from '../core/traffic/http1/collect.ts';
import { clientPeer } from '../fakes/llhttp.ts';
import { readVectors } from '../vectors/read-vector.ts';
import { agreesOn, readEitherWay, survivesRewriting } from './agreement.ts';

export const name = 'http1-response';

export const seeds: readonly Uint8Array[] = readVectors('http1-response', { verdicts: ['accepted', 'refused', 'incomplete'], keys: ['code', 'reason', 'message', 'closes', 'method'] })
  .map(({ input }) => input).filter(({ length }) => length < 2_000);

export const tokens: readonly Uint8Array[] = [
  'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 204 No Content\r\n', 'HTTP/1.1 304 Not Modified\r\n', 'HTTP/1.0 200 OK\r\n', 'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n', 'Connection: close\r\n', 'Connection: keep-alive\r\n', 'Upgrade: websocket\r\n', '\r\n\r\n', '0\r\n\r\n', '3\r\nabc\r\n',
].map((text) => Buffer.from(text));

/** As for requests, with the response read as the answer to GET and to HEAD, and the connection closed after it. */
export async function target(bytes: Uint8Array): Promise<void> {
  for (const method of ['GET', 'HEAD']) {
    const { messages } = readEitherWay((cut) => readResponses(bytes, cut, [method], true));
    const message = messages[0];
    if (message === undefined) continue;
    const untilClose = message.head.framing.kind === 'until-close';
    if (message.complete) survivesRewriting(message, rewriteResponse(message), (written) => readResponses(written, whole, [method], untilClose));
    const peer = await clientPeer(method);
    agreesOn(message, bytes.subarray(0, message.complete && !untilClose ? message.end : bytes.length), peer, 0, untilClose);
    peer.close();
  }
}
