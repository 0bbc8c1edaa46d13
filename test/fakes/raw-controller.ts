import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { type KeptAuthority, mintServing } from '../../src/adapters/certificates/serving.ts';

export interface RawController {
  readonly url: string;
  /** Bearer tokens in the order in which they were shown. */
  readonly tokens: string[];
  /** The answers that are open. */
  readonly open: ServerResponse[];
  close(): Promise<void>;
}

/** Something with the controller's certificate that says whatever a test wants, byte for byte. */
export async function startRawController(authority: KeptAuthority, answer: (response: ServerResponse, connection: number) => void): Promise<RawController> {
  const { cert, key } = await mintServing({ authority, dnsNames: ['sallyport-controller.sallyport-system.svc'], ips: ['127.0.0.1'], now: Date.now(), lifetime: 3_600_000 });
  const tokens: string[] = [];
  const open: ServerResponse[] = [];
  const server = https.createServer({ cert, key }, (request, response) => {
    tokens.push(request.headers.authorization?.replace('Bearer ', '') ?? '');
    open.push(response);
    answer(response, tokens.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    open,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
