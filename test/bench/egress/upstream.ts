// The server behind every contestant: TLS on the loopback, as little work a request as possible, so that the proxies are what is measured.
// Arguments: KEY CERT. Prints its port. `GET /small` answers 200 bytes, `GET /large` 10 MiB.
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';

const [keyFile = '', certFile = ''] = process.argv.slice(2);
const small = answer(Buffer.alloc(200, 'x'));
const large = answer(Buffer.alloc(10 * 2 ** 20, 'x'));

function answer(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
}

const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certFile), ALPNProtocols: ['http/1.1'] }, (socket) => {
  let pending = '';
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    pending += chunk.toString('latin1');
    for (let end = pending.indexOf('\r\n\r\n'); end >= 0; end = pending.indexOf('\r\n\r\n')) {
      socket.write(pending.startsWith('GET /large') ? large : small);
      pending = pending.slice(end + 4);
    }
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
