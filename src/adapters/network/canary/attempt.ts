import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Probe } from './probe.ts';

/** What became of one attempt to get out. */
export type Outcome =
  /** The kernel knows no way there: nothing left. */
  | { readonly kind: 'no-route' }
  /** An error that a filter makes; whose filter it was, the error alone does not say. */
  | { readonly kind: 'rejected'; readonly code: string }
  /** Somebody out there answered, be it with a refusal. */
  | { readonly kind: 'answered'; readonly how: string }
  | { readonly kind: 'silent' };

/** What `reject with icmpx admin-prohibited` becomes in TCP over IPv4, over IPv6, and in UDP. */
const REJECTIONS = new Set(['EHOSTUNREACH', 'EACCES', 'EPERM', 'ENETUNREACH']);

/**
 * Short, as silence is no proof and a rejection of our own comes at once; but over IPv6 a connection is only told of it when
 * its first packet is sent again, after one second.
 */
const PATIENCE_MILLISECONDS = { tcp: 2_000, udp: 500 };

export async function attempt(probe: Probe): Promise<Outcome> {
  const socket = createSocket(probe.address.family === 4 ? 'udp4' : 'udp6');
  try {
    if (!(await hasRoute(socket, probe))) return { kind: 'no-route' };
    return probe.protocol === 'tcp' ? await tryTcp(probe) : await tryUdp(socket);
  } finally {
    socket.close();
  }
}

/** Connecting a UDP socket looks the route up and sends nothing. */
async function hasRoute(socket: UdpSocket, { address, port }: Probe): Promise<boolean> {
  return await new Promise((resolve) => {
    socket.once('error', () => { resolve(false); });
    socket.connect(port, address.text, (error?: Error) => { resolve(error === undefined || error === null); });
  });
}

async function tryTcp({ address, port }: Probe): Promise<Outcome> {
  const socket = connect({ host: address.text, port, autoSelectFamily: false });
  try {
    return await new Promise((resolve) => {
      socket.setTimeout(PATIENCE_MILLISECONDS.tcp, () => { resolve({ kind: 'silent' }); });
      socket.on('connect', () => { resolve({ kind: 'answered', how: 'it took the connection' }); });
      socket.on('error', (error) => { resolve(outcomeOf(error)); });
    });
  } finally {
    socket.destroy();
  }
}

async function tryUdp(socket: UdpSocket): Promise<Outcome> {
  return await new Promise((resolve) => {
    const timer = setTimeout(() => { resolve({ kind: 'silent' }); }, PATIENCE_MILLISECONDS.udp);
    const settle = (outcome: Outcome): void => {
      clearTimeout(timer);
      resolve(outcome);
    };
    socket.on('message', () => { settle({ kind: 'answered', how: 'it sent a datagram back' }); });
    socket.on('error', (error) => { settle(outcomeOf(error)); });
    socket.send(DNS_QUESTION, (error) => { if (error !== null) settle(outcomeOf(error)); });
  });
}

function outcomeOf(error: Error): Outcome {
  const code = 'code' in error ? String(error.code) : error.message;
  return REJECTIONS.has(code) ? { kind: 'rejected', code } : { kind: 'answered', how: `it answered with ${code}` };
}

/** For example.com, type A: what a name server would answer if it heard it. */
const DNS_QUESTION = Uint8Array.of(
  0x5a, 0x11, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
  7, 0x65, 0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 3, 0x63, 0x6f, 0x6d, 0, 0, 1, 0, 1,
);
