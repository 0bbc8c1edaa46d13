import { readRequests, rewriteRequest, whole } from '../core/traffic/http1/collect.ts';
import { serverPeer } from '../fakes/llhttp.ts';
import { readVectors } from '../vectors/read-vector.ts';
import { agreesOn, readEitherWay, survivesRewriting } from './agreement.ts';

export const name = 'http1-request';

export const seeds: readonly Uint8Array[] = readVectors('http1-request', { verdicts: ['accepted', 'refused', 'incomplete'], keys: ['code', 'reason', 'message', 'closes'] })
  .map(({ input }) => input).filter(({ length }) => length < 2_000);

export const tokens: readonly Uint8Array[] = [
  'Host: a.example\r\n', 'Content-Length: 3\r\n', 'Transfer-Encoding: chunked\r\n', 'Connection: ', 'Connection: close\r\n', 'Expect: 100-continue\r\n', 'Upgrade: h2c\r\n',
  'Proxy-Connection: keep-alive\r\n', 'Trailer: x\r\n', '\r\n\r\n', '0\r\n\r\n', '3\r\nabc\r\n', ' HTTP/1.1\r\n', ' HTTP/1.0\r\n', 'GET / HTTP/1.1\r\n', 'CONNECT ', 'OPTIONS *', 'http://',
].map((text) => Buffer.from(text));

/** However cut, one meaning; written back, the same; and whatever we accept llhttp accepts, with the same meaning and the same boundaries. */
export function target(bytes: Uint8Array): void {
  const { messages } = readEitherWay((cut) => readRequests(bytes, cut));
  for (const message of messages) {
    if (message.complete) survivesRewriting(message, rewriteRequest(message), (written) => readRequests(written, whole));
  }
  const peer = serverPeer();
  try {
    let at = 0;
    for (const [index, message] of messages.entries()) {
      const end = message.complete ? message.end : bytes.length;
      agreesOn(message, bytes.subarray(at, end), peer, index, false);
      // After these no further request is read, by the proxy nor by the peer.
      if (!message.head.keepAlive || message.head.method === 'CONNECT') return;
      at = end;
    }
  } finally {
    peer.close();
  }
}
