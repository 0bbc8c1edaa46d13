// One measurement: N connections that each send the next GET when the answer of the last is whole, for some seconds; or a new
// connection, with its CONNECT and its TLS handshake, for each GET.
// Argument: a `Load` as JSON. Prints a `Measured` as JSON.
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Load {
  readonly target: { readonly host: string; readonly port: number };
  /** Absent: straight to the target. */
  readonly proxyPort?: number;
  readonly caFile: string;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  /** A new connection for each GET. */
  readonly fresh?: boolean;
}

export interface Measured {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const request = Buffer.from(
  `GET ${load.path} HTTP/1.1\r\nHost: ${load.target.host}:${load.target.port}\r\nUser-Agent: bench\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\r\n`,
);
const trusted = readFileSync(load.caFile);
const times: number[] = [];
let errors = 0;
let end = Number.POSITIVE_INFINITY;

async function reach(): Promise<Socket> {
  const raw = connect({ host: '127.0.0.1', port: load.proxyPort ?? load.target.port, noDelay: true });
  await new Promise((resolve, reject) => raw.once('connect', resolve).once('error', reject));
  if (load.proxyPort !== undefined) await tunnel(raw);
  const socket = connectTls({ socket: raw, servername: load.target.host, ca: trusted, ALPNProtocols: ['http/1.1'] });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  return socket;
}

function tunnel(raw: Socket): Promise<void> {
  raw.write(`CONNECT ${load.target.host}:${load.target.port} HTTP/1.1\r\nHost: ${load.target.host}:${load.target.port}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    raw.once('error', reject).once('data', (head: Buffer) => {
      if (head.toString('latin1').startsWith('HTTP/1.1 200')) resolve();
      else reject(new Error(`CONNECT: ${head.toString('latin1').split('\r\n')[0]}`));
    });
  });
}

/** Sends one GET after the other until time is up. */
function drive(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    let started = performance.now();
    let missing = -1;
    let head = '';
    const next = (): void => {
      if (performance.now() >= end) {
        socket.destroy();
        return;
      }
      [started, missing, head] = [performance.now(), -1, ''];
      socket.write(request);
    };
    socket.on('close', resolve).on('error', () => { errors += 1; });
    socket.on('data', (chunk: Buffer) => {
      if (missing < 0) {
        head += chunk.toString('latin1');
        const edge = head.indexOf('\r\n\r\n');
        if (edge < 0) return;
        if (!head.startsWith('HTTP/1.1 200')) errors += 1;
        missing = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0) - (head.length - edge - 4);
      } else missing -= chunk.length;
      if (missing > 0) return;
      times.push(performance.now() - started);
      if (load.fresh === true) socket.destroy();
      else next();
    });
    next();
  });
}

/** One GET a connection; the time of a GET is from the first SYN on. */
async function driveFresh(): Promise<void> {
  while (performance.now() < end) {
    const begun = performance.now();
    const before = times.length;
    try {
      await drive(await reach());
    } catch {
      errors += 1;
    }
    if (times.length > before) times[before] = performance.now() - begun;
  }
}

const sockets = load.fresh === true ? [] : await Promise.all(Array.from({ length: load.connections }, reach));
const begun = performance.now();
end = begun + load.seconds * 1000;
await Promise.all(load.fresh === true ? Array.from({ length: load.connections }, driveFresh) : sockets.map(drive));
const seconds = (performance.now() - begun) / 1000;
times.sort((a, b) => a - b);
const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
const measured: Measured = { requests: times.length, seconds, p50: at(0.5), p99: at(0.99), errors };
process.stdout.write(JSON.stringify(measured));
