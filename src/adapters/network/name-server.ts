import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { readQuery, writeAnswer } from '../../core/traffic/dns.ts';
import { answerTo, type AnswerSettings } from './dns-answer.ts';
import { dnsFrame, DnsFrames } from './dns-frames.ts';

export interface NameServerSettings extends AnswerSettings {
  /** An endpoint to open (port 0: both get the same free one), or sockets that somebody else already opened. */
  readonly at: { readonly host: string; readonly port: number } | { readonly udp: UdpSocket; readonly tcp: Server };
  /** Told of each message that could not be read. */
  readonly onMalformed?: (sentence: string) => void;
}

/** DNS over UDP and TCP that answers from the table of synthetic names and forwards nothing. */
export interface NameServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Bounds of the TCP side. */
const CONNECTIONS = 64;
const IDLE_MILLISECONDS = 5_000;

/** Starts to answer; rejects with the system's error where the endpoint cannot be opened. */
export async function startNameServer(settings: NameServerSettings): Promise<NameServer> {
  const { udp, tcp } = 'udp' in settings.at ? settings.at : await open(settings.at.host, settings.at.port);
  const connections = new Set<Socket>();

  udp.on('message', (message, from) => {
    const answer = replyTo(message, settings);
    // Whoever asked may be gone already; that is no fault of ours.
    if (answer !== undefined) udp.send(answer, from.port, from.address, () => undefined);
  });
  udp.on('error', () => undefined);
  tcp.maxConnections = CONNECTIONS;
  tcp.on('connection', (socket) => { converse(socket, connections, settings); });

  const { address, port } = udp.address();
  return { host: address, port, close: async () => { await close(udp, tcp, connections); } };
}

function replyTo(message: Uint8Array, settings: NameServerSettings): Uint8Array | undefined {
  const read = readQuery(message);
  if (read.kind === 'query') return writeAnswer(read.query, answerTo(read.query, settings));
  settings.onMalformed?.(read.sentence);
  return read.reply;
}

function converse(socket: Socket, connections: Set<Socket>, settings: NameServerSettings): void {
  const frames = new DnsFrames();
  connections.add(socket);
  socket.on('close', () => { connections.delete(socket); });
  socket.on('error', () => { socket.destroy(); });
  socket.setTimeout(IDLE_MILLISECONDS, () => { socket.destroy(); });
  socket.on('data', (chunk) => {
    const messages = frames.push(chunk);
    if (messages === undefined) settings.onMalformed?.('expected DNS messages of 1 to 4096 bytes over TCP, got a length beyond that');
    const answers = messages?.map((message) => replyTo(message, settings));
    // Whoever pipelines without reading its answers is not waited for.
    if (answers === undefined || answers.includes(undefined) || socket.writableNeedDrain) return void socket.destroy();
    for (const answer of answers) if (answer !== undefined) socket.write(dnsFrame(answer));
  });
}

/** With port 0 the free UDP port that the system chose is asked of TCP too, which may take it in the meantime: then once more. */
async function open(host: string, port: number, attempts = port === 0 ? 5 : 1): Promise<{ udp: UdpSocket; tcp: Server }> {
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  udp.bind({ address: host, port });
  await once(udp, 'listening');
  const tcp = createServer();
  try {
    tcp.listen({ host, port: udp.address().port });
    await once(tcp, 'listening');
    return { udp, tcp };
  } catch (error) {
    udp.close();
    if (attempts <= 1) throw error;
    return await open(host, port, attempts - 1);
  }
}

async function close(udp: UdpSocket, tcp: Server, connections: ReadonlySet<Socket>): Promise<void> {
  const closed = Promise.all([
    new Promise<void>((resolve) => { udp.close(resolve); }),
    new Promise<void>((resolve) => { tcp.close(() => { resolve(); }); }),
  ]);
  for (const socket of connections) socket.destroy();
  await closed;
}
