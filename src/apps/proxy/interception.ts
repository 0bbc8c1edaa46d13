import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { isAddressLiteral, parseHost } from '../../core/address/host.ts';
import { errorText } from '../../core/terms/error-text.ts';
import type { ReasonCode } from '../../core/terms/reason.ts';
import { type ClientHello, readClientHello } from '../../core/traffic/client-hello.ts';
import { AgentStream } from './agent-stream.ts';
import type { Arrival, Claim } from './authority-check.ts';
import type { Timed } from './deadlines.ts';
import { type Destination, entryOf, refuseConnection } from './destination.ts';
import type { House } from './house.ts';
import { AgentSession } from './http2/agent-session.ts';

/** Fatal alerts in a record of TLS 1.0, which every version reads (RFC 8446 section 6; RFC 7301 section 3.2). */
const HANDSHAKE_FAILURE = fatal(40);
const NO_APPLICATION_PROTOCOL = fatal(120);
const ALPN = new Set(['h2', 'http/1.1', 'http/1.0']);

/** Answers a TLS client as the host that it asks for, and reads its requests in the clear. */
export function intercept(house: House, socket: Socket, destination: Destination, first: Buffer): void {
  new Interception(house, socket, destination).receive(first);
}

/** From the first byte of a ClientHello to the end of the handshake. The whole of it has one deadline. */
class Interception implements Timed {
  deadline: number;
  readonly #house: House;
  readonly #socket: Socket;
  readonly #destination: Destination;
  #hello: Buffer = Buffer.alloc(0);
  #leave: (() => void) | undefined;

  constructor(house: House, socket: Socket, destination: Destination) {
    this.#house = house;
    this.#socket = socket;
    this.#destination = destination;
    this.deadline = house.deadlines.after(house.limits.handshakeTimeout);
    house.deadlines.add(this);
    socket.on('data', this.#onData).on('end', this.#onGone).on('close', this.#onGone);
  }

  receive(chunk: Buffer): void {
    this.#onData(chunk);
  }

  expire(): void {
    this.#refuse('tls-malformed', 'The TLS handshake was not finished in time.');
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#hello = this.#hello.length === 0 ? chunk : Buffer.concat([this.#hello, chunk]);
    const read = readClientHello(this.#hello);
    if (read.kind === 'fault') return this.#refuse(read.reason, read.sentence);
    if (read.kind === 'hello') this.#prepare(read.hello);
  };

  readonly #onGone = (): void => {
    this.#finish();
    this.#socket.destroy();
  };

  /** The client is shown the name that it asks for, even where that is not the one of the connection: so it can read why it is refused. */
  #prepare(hello: ClientHello): void {
    const named = hello.name === undefined ? undefined : parseHost(hello.name);
    if (named?.ok === false) return this.#refuse('host-malformed', `The TLS server name is no host: ${named.sentence}.`);
    if (named?.ok === true && isAddressLiteral(named.host)) return this.#refuse('host-malformed', 'The TLS server name is an address, which RFC 6066 section 3 forbids.');
    // In the client's order, which says what it would rather speak.
    const protocols = hello.alpn.filter((protocol) => ALPN.has(protocol));
    if (hello.alpn.length > 0 && protocols.length === 0) {
      return this.#refuse('protocol-unknown', 'The TLS client offers neither HTTP/1.1 nor HTTP/2, and no other protocol is let through.', NO_APPLICATION_PROTOCOL);
    }
    const { claim } = this.#destination;
    const claims: Claim[] = named === undefined ? [claim] : [claim, { source: 'TLS server name', host: named.host }];
    this.#socket.pause();
    this.#stopReading();
    this.#socket.on('close', this.#onGone);
    this.#leave = this.#house.handshakes.enter(() => { this.#handshake(claims, protocols); });
  }

  #handshake(claims: readonly Claim[], protocols: string[]): void {
    const secureContext = this.#leaf(claims);
    if (secureContext === undefined) return;
    this.#socket.unshift(this.#hello);
    const secure = new TLSSocket(this.#socket, { isServer: true, secureContext, ALPNProtocols: protocols.length > 0 ? protocols : ['http/1.1'] });
    secure.on('error', (error: Error) => { this.#failed(error); });
    secure.once('end', this.#onGone).once('close', this.#onGone);
    secure.once('secure', () => {
      secure.off('end', this.#onGone).off('close', this.#onGone);
      this.#finish();
      secure.disableRenegotiation();
      secure.setNoDelay(true);
      const arrival: Arrival = { entry: entryOf(this.#destination, 'https'), scheme: 'https', claims };
      if (secure.alpnProtocol === 'h2') void new AgentSession(this.#house, secure, arrival);
      else void new AgentStream(this.#house, secure, arrival, undefined, this.#socket);
    });
  }

  #leaf(claims: readonly Claim[]): SecureContext | undefined {
    const host = (claims[1] ?? this.#destination.claim).host;
    try {
      return this.#house.leafs.leaf(host);
    } catch (error) {
      this.#refuse('host-malformed', `No certificate can be made for ${host}: ${errorText(error)}.`);
      return undefined;
    }
  }

  /** Most often a client that does not trust the proxy's CA: it says so in an alert, and the record should too. */
  #failed(error: Error): void {
    if (this.deadline === Number.POSITIVE_INFINITY) return;
    this.#finish();
    this.#house.metrics.handshakesFailed += 1;
    const { host, port } = this.#destination.claim;
    this.#house.notices.say({
      event: 'handshake-failed',
      reason: 'tls-malformed',
      sentence: `The agent's TLS handshake for ${host} failed: ${error.message.replace(/^[0-9A-F]+:error:/, '').trim()}.`,
      facts: { host, port },
    });
  }

  #refuse(reason: ReasonCode, sentence: string, alert = HANDSHAKE_FAILURE): void {
    this.#finish();
    this.#house.metrics.handshakesFailed += 1;
    void refuseConnection(this.#house, this.#socket, this.#destination, 'https', reason, sentence, alert);
  }

  #finish(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    this.#house.deadlines.remove(this);
    this.#leave?.();
    this.#stopReading();
  }

  #stopReading(): void {
    this.#socket.off('data', this.#onData).off('end', this.#onGone).off('close', this.#onGone);
  }
}

function fatal(description: number): Uint8Array {
  return Uint8Array.of(0x15, 0x03, 0x01, 0x00, 0x02, 0x02, description);
}
