import { Buffer } from 'node:buffer';
import type { ReasonCode } from '../terms/reason.ts';
import { ByteCursor } from './bytes.ts';

export interface ClientHello {
  /** The server name as sent, one word of visible ASCII; absent where the client sent none. `core/address` gives it its normal form. */
  readonly name?: string;
  /** Protocols offered by ALPN, in their order. */
  readonly alpn: readonly string[];
  /** Whether an encrypted hello is enclosed, or something that pretends to be one: the name above may not be the one that is meant. */
  readonly ech: boolean;
}

export type HelloRead =
  | { readonly kind: 'more' }
  | { readonly kind: 'hello'; readonly hello: ClientHello }
  | { readonly kind: 'fault'; readonly reason: ReasonCode; readonly sentence: string };

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
/** RFC 8446 section 5.1. */
const RECORD_MAXIMUM = 16_384;
/** Post-quantum key shares make hellos of about 2 KB; this is far beyond any that a client makes. */
const HELLO_MAXIMUM = 32_768;

/** A hello cut into many small records costs more to put together than to send. */
const RECORDS_MAXIMUM = 64;

const SERVER_NAME = 0;
const ALPN = 16;
const ENCRYPTED_CLIENT_HELLO = 0xfe0d;

class Malformed extends Error {}

/**
 * Reads a TLS ClientHello (RFC 8446 section 4.1.2) from the first bytes of a connection, which may be cut anywhere and may spread
 * the hello over several records. Nothing of it is optional to check: what is read here decides for whom a certificate is made.
 */
export function readClientHello(bytes: Uint8Array): HelloRead {
  try {
    const message = handshakeMessage(bytes);
    return message === undefined ? { kind: 'more' } : { kind: 'hello', hello: clientHello(message) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { kind: 'fault', reason: 'tls-malformed', sentence: error.message };
  }
}

/** The body of the first handshake message, put together from its records; `undefined` while it isn't all there. */
function handshakeMessage(bytes: Uint8Array): ByteCursor | undefined {
  const input = new ByteCursor(bytes);
  let message: Uint8Array = Buffer.alloc(0);
  for (let records = 0; records < RECORDS_MAXIMUM; records++) {
    const fragment = recordFragment(input);
    if (fragment === undefined) return undefined;
    message = message.length === 0 ? fragment : Buffer.concat([message, fragment]);
    const expected = expectedLength(message);
    // RFC 8446 section 5.1: the client may say nothing more in this record before the server has answered.
    if (expected !== undefined && message.length > expected) {
      throw new Malformed('expected nothing after the ClientHello in its record, got more bytes');
    }
    if (message.length === expected) return new ByteCursor(message.subarray(4));
  }
  throw new Malformed(`expected a ClientHello in at most ${RECORDS_MAXIMUM} records, got more`);
}

/** One record's content; `undefined` while it isn't all there, but a wrong header is refused as soon as it is. */
function recordFragment(input: ByteCursor): Uint8Array | undefined {
  const type = input.number(1);
  if (type !== undefined && type !== HANDSHAKE) throw new Malformed(`expected a TLS handshake record, got type ${type}`);
  const major = input.number(1);
  if (major !== undefined && major !== 3) throw new Malformed(`expected a record of TLS 1.x, got version ${major}`);
  const minor = input.number(1);
  if (minor !== undefined && minor > 3) throw new Malformed(`expected a record of TLS 1.0 to 1.2 or 1.3 in its disguise, got version 3.${minor}`);
  const length = input.number(2);
  if (length !== undefined && (length === 0 || length > RECORD_MAXIMUM)) {
    throw new Malformed(`expected a record of 1 to ${RECORD_MAXIMUM} bytes, got ${length}`);
  }
  return length === undefined ? undefined : input.bytes(length);
}

/** Length of the whole handshake message, its header included; `undefined` while that isn't there. */
function expectedLength(message: Uint8Array): number | undefined {
  const header = new ByteCursor(message);
  const type = header.number(1);
  if (type !== undefined && type !== CLIENT_HELLO) throw new Malformed(`expected a ClientHello, got handshake message ${type}`);
  const length = header.number(3);
  if (length !== undefined && length > HELLO_MAXIMUM) throw new Malformed(`expected a ClientHello of at most ${HELLO_MAXIMUM} bytes, got ${length}`);
  return length === undefined ? undefined : length + 4;
}

function clientHello(message: ByteCursor): ClientHello {
  const version = demand(message.number(2), 'version');
  if (version < 0x0301 || version > 0x0303) throw new Malformed(`expected a ClientHello of TLS 1.x, got version 0x${version.toString(16)}`);
  demand(message.bytes(32), 'random');
  if (demand(message.vector(1), 'session identifier').remaining > 32) {
    throw new Malformed('expected a session identifier of at most 32 bytes, got a longer one');
  }
  const suites = demand(message.vector(2), 'cipher suites').remaining;
  if (suites === 0 || suites % 2 === 1) throw new Malformed(`expected cipher suites of two bytes each, got ${suites} bytes`);
  if (demand(message.vector(1), 'compression methods').remaining === 0) throw new Malformed('expected a compression method, got none');
  // Before TLS 1.3 a hello may end here.
  const extensions = message.remaining === 0 ? new Map<number, ByteCursor>() : readExtensions(message);
  const name = extensions.get(SERVER_NAME);
  const alpn = extensions.get(ALPN);
  return {
    ...(name && { name: serverName(name) }),
    alpn: alpn === undefined ? [] : protocols(alpn),
    ech: extensions.has(ENCRYPTED_CLIENT_HELLO),
  };
}

/** By type; a second one of the same type is refused, since the TLS stack might take the other (RFC 8446 section 4.2). */
function readExtensions(message: ByteCursor): Map<number, ByteCursor> {
  const list = demand(message.vector(2), 'extensions');
  if (message.remaining > 0) throw new Malformed(`expected the ClientHello to end after its extensions, got ${message.remaining} more bytes`);
  const extensions = new Map<number, ByteCursor>();
  while (list.remaining > 0) {
    const type = demand(list.number(2), 'extension type');
    if (extensions.has(type)) throw new Malformed(`expected each extension once, got type ${type} twice`);
    extensions.set(type, demand(list.vector(2), `extension ${type}`));
  }
  return extensions;
}

/** RFC 6066 section 3: a list of one host name. */
function serverName(extension: ByteCursor): string {
  const list = demand(extension.vector(2), 'server name list');
  const type = demand(list.number(1), 'server name type');
  const name = demand(list.vector(2), 'server name').rest();
  if (type !== 0 || list.remaining > 0 || extension.remaining > 0) {
    throw new Malformed('expected exactly one server name, of type host_name, got another list');
  }
  return word(name, 'server name');
}

/** RFC 7301 section 3.1. */
function protocols(extension: ByteCursor): string[] {
  const list = demand(extension.vector(2), 'ALPN list');
  if (extension.remaining > 0 || list.remaining === 0) throw new Malformed('expected one list of at least one ALPN protocol, got another');
  const found: string[] = [];
  while (list.remaining > 0) {
    const protocol = demand(list.vector(1), 'ALPN protocol').rest();
    if (protocol.length === 0) throw new Malformed('expected an ALPN protocol of at least one byte, got none');
    // GREASE values (RFC 8701) are not text, so this is one character a byte.
    found.push(Buffer.from(protocol).toString('latin1'));
  }
  return found;
}

/** A NUL or a control byte in a name has made two libraries read two names. */
function word(bytes: Uint8Array, what: string): string {
  if (bytes.length === 0 || bytes.length > 255) throw new Malformed(`expected a ${what} of 1 to 255 bytes, got ${bytes.length}`);
  if (bytes.some((byte) => byte <= 0x20 || byte >= 0x7f)) throw new Malformed(`expected a ${what} of visible ASCII, got other bytes in it`);
  return Buffer.from(bytes).toString('latin1');
}

function demand<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Malformed(`expected the ${what}, got the end of what encloses it`);
  return value;
}
