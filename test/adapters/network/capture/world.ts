import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { attempt } from '../../../../src/adapters/network/canary/attempt.ts';
import { readProbe } from '../../../../src/adapters/network/canary/probe.ts';
import { startNameServer } from '../../../../src/adapters/network/name-server.ts';
import { createSyntheticNames } from '../../../../src/adapters/network/names.ts';

/* Scenes that are played in a network namespace by a process of their own; each prints what it found as JSON. */

const SCENES: Readonly<Record<string, (args: readonly string[]) => Promise<unknown>>> = {
  /** Servers that everybody would reach who is let. */
  async servers(hosts) {
    for (const host of hosts) {
      const tcp = createServer((socket) => { socket.on('error', () => {}).end('from outside'); });
      tcp.listen({ host, port: 8080, ipv6Only: true });
      await once(tcp, 'listening');
      const udp = host === '::' ? createSocket({ type: 'udp6', ipv6Only: true }) : createSocket('udp4');
      udp.on('message', (_, from) => { udp.send('from outside', from.port, from.address); });
      udp.bind(5353, host);
      await once(udp, 'listening');
    }
    return 'ready';
  },

  /** Stands in for the proxy: says at which of its listeners, and for which name, a connection arrived. */
  async proxy() {
    const names = createSyntheticNames();
    await startNameServer({ names, at: { host: '127.0.0.1', port: 15053 }, mentions: () => false });
    for (const port of [15002, 15003]) {
      const server = createServer((socket) => { socket.on('error', () => {}).end(`${port} ${names.nameOf(socket.localAddress ?? '') ?? 'no name'}`); });
      server.listen({ host: '0.0.0.0', port });
      await once(server, 'listening');
    }
    return 'ready';
  },

  /** An agent that serves others, over TCP and UDP. */
  async serve() {
    const tcp = createServer((socket) => { socket.on('error', () => {}).end('from the agent'); });
    tcp.listen({ host: '0.0.0.0', port: 9090 });
    await once(tcp, 'listening');
    const udp = createSocket('udp4');
    udp.on('message', (_, from) => { udp.send('from the agent', from.port, from.address); });
    udp.bind(9090, '0.0.0.0');
    await once(udp, 'listening');
    return 'ready';
  },

  async attempts(texts) {
    const outcomes: Record<string, string> = {};
    for (const text of texts) outcomes[text] = (await attempt(readProbe(text)!)).kind;
    return outcomes;
  },

  /** What is heard on `HOST:PORT` pairs, names resolved by DNS on the loopback; the error's code where nothing is. */
  async hear(targets) {
    const heard = await Promise.all(targets.map(async (target) => {
      const [host = '', port = ''] = target.split(':');
      return [target, await hear(/^\d/.test(host) ? host : await resolve(host), Number(port))];
    }));
    return Object.fromEntries(heard);
  },
};

async function resolve(host: string): Promise<string> {
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers(['127.0.0.1']);
  return (await resolver.resolve4(host))[0] ?? '';
}

async function hear(host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  socket.setTimeout(1_500, () => { socket.destroy(new Error('silence')); });
  try {
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    return text;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String((error as Error).message);
  }
}

const [scene = '', ...args] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(await SCENES[scene]?.(args))}\n`);
// A scene that goes on ends when whoever began it says so, or is gone.
if (['servers', 'proxy', 'serve'].includes(scene)) process.stdin.resume().on('end', () => { process.exit(0); });
