import { createSocket } from 'node:dgram';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import { mintAuthority, mintServing } from '../../src/adapters/certificates/serving.ts';

export const TOOL_HOST = 'api.tools.example.com';
export const OTHER_HOST = 'paste.example.net';
/** What every call is answered with. */
export const TOOL_BODY = '{"items":[1,2,3]}';

const DAY = 86_400_000;

export interface ToolServer {
  /** Address of this machine, as pods reach it. */
  readonly address: string;
  /** PEM of the CA that signed the server's certificate. */
  readonly ca: string;
  /** Calls that arrived, as `METHOD path`. */
  readonly seen: string[];
  close(): Promise<void>;
}

/** Where this machine echoes UDP, so that a packet that gets out is answered. */
const ECHO_PORT = 5353;

/** An HTTPS server on port 443 of this machine, named in the cluster's DNS by both hosts, so that a refusal is never a failure to resolve; and a UDP echo. */
export async function startToolServer(): Promise<ToolServer> {
  const address = ownAddress();
  const authority = await mintAuthority({ commonName: 'test tools', now: Date.now(), lifetime: DAY });
  const identity = await mintServing({ authority, dnsNames: [TOOL_HOST, OTHER_HOST], now: Date.now(), lifetime: DAY });
  const seen: string[] = [];
  const server = createServer({ key: identity.key, cert: identity.cert }, (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(TOOL_BODY));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(443, address, resolve));
  const echo = createSocket('udp4').on('message', (data, from) => echo.send(data, from.port, from.address));
  await new Promise<void>((resolve, reject) => echo.once('error', reject).bind(ECHO_PORT, address, resolve));
  const forget = nameInDns(address);
  return { address, ca: authority.cert, seen, close: () => closed(server).then(() => { echo.close(); forget(); }) };
}

function nameInDns(address: string): () => void {
  const file = join(dirname(process.env['KUBECONFIG'] ?? ''), 'hosts');
  const line = `${address} ${TOOL_HOST} ${OTHER_HOST}\n`;
  appendFileSync(file, line);
  return () => writeFileSync(file, readFileSync(file, 'utf8').replaceAll(line, ''));
}

function ownAddress(): string {
  const outside = Object.entries(networkInterfaces())
    .filter(([name]) => !/^(lo|cni|docker|veth|sallyport)/.test(name))
    .flatMap(([, addresses]) => addresses ?? []);
  const found = outside.find((one) => one.family === 'IPv4' && !one.internal);
  if (!found) throw new Error('this machine has no IPv4 address that pods could reach');
  return found.address;
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
