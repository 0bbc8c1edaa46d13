import { Buffer } from 'node:buffer';
import { ByteCursor } from './bytes.ts';

/** One question (RFC 1035 section 4.1), class IN. */
export interface Query {
  readonly id: number;
  /** Labels joined by dots, in lower case, without the last dot; letters, digits, hyphen and underscore only. */
  readonly name: string;
  /** 1 is A, 28 is AAAA, 65 is HTTPS. */
  readonly type: number;
  readonly recursionDesired: boolean;
  /** Whether the client understands EDNS (RFC 6891). */
  readonly edns: boolean;
  /** The question section as received: it is echoed with the client's own spelling (which carries randomness for some). */
  readonly question: Uint8Array;
}

export type QueryRead =
  | { readonly kind: 'query'; readonly query: Query }
  /** `reply` is absent where any answer would be wrong: too short for a header, or itself an answer (two servers could go on for ever). */
  | { readonly kind: 'fault'; readonly sentence: string; readonly reply?: Uint8Array };

export type Answer =
  /** `address` is IPv4 in dotted decimals; `ttl` in seconds. */
  | { readonly kind: 'address'; readonly address: string; readonly ttl: number }
  | { readonly kind: 'empty' }
  | { readonly kind: 'no-such-name' }
  | { readonly kind: 'refused' };

const HEADER_BYTES = 12;
const CLASS_IN = 1;
const TYPE_A = 1;
const TYPE_OPT = 41;

const NO_ERROR = 0;
const FORMAT_ERROR = 1;
const NO_SUCH_NAME = 3;
const NOT_IMPLEMENTED = 4;
const REFUSED = 5;

const RESPONSE = 0x8000;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;

class Malformed extends Error {
  readonly responseCode: number;

  constructor(message: string, responseCode = FORMAT_ERROR) {
    super(message);
    this.responseCode = responseCode;
  }
}

interface Header {
  readonly id: number;
  readonly flags: number;
  /** Entries of the four sections. */
  readonly counts: readonly [questions: number, answers: number, authorities: number, additional: number];
}

/**
 * Reads one DNS message, a datagram or what follows the length on TCP, that asks one question (RFC 1035 section 4). Everything else
 * about it must be as plain as can be.
 */
export function readQuery(bytes: Uint8Array): QueryRead {
  const input = new ByteCursor(bytes);
  const header = readHeader(input);
  if (header === undefined) return { kind: 'fault', sentence: `expected a DNS query of at least ${HEADER_BYTES} bytes, got ${bytes.length}` };
  if ((header.flags & RESPONSE) !== 0) return { kind: 'fault', sentence: 'expected a DNS query, got an answer' };
  try {
    return { kind: 'query', query: readQuestion(header, input, bytes) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { kind: 'fault', sentence: error.message, reply: writeMessage(header.id, header.flags, error.responseCode, []) };
  }
}

/** The answer to a query; what is not an address carries no record at all, so there is nothing in it to cache or to follow. */
export function writeAnswer(query: Query, answer: Answer): Uint8Array {
  const flags = query.recursionDesired ? RECURSION_DESIRED : 0;
  const record = answer.kind === 'address' ? addressRecord(answer.address, answer.ttl) : undefined;
  return writeMessage(query.id, flags, RESPONSE_CODES[answer.kind], [query.question, record, query.edns ? OPT_RECORD : undefined]);
}

const RESPONSE_CODES: Record<Answer['kind'], number> = { address: NO_ERROR, empty: NO_ERROR, 'no-such-name': NO_SUCH_NAME, refused: REFUSED };

/** Root name, type OPT, 1232 bytes of UDP payload (fits every path), version 0, no flags, no options. */
const OPT_RECORD = Uint8Array.of(0, 0, TYPE_OPT, 0x04, 0xd0, 0, 0, 0, 0, 0, 0);

function readHeader(input: ByteCursor): Header | undefined {
  const bytes = input.bytes(HEADER_BYTES);
  if (bytes === undefined) return undefined;
  const words = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const counts = [words.getUint16(4), words.getUint16(6), words.getUint16(8), words.getUint16(10)] as const;
  return { id: words.getUint16(0), flags: words.getUint16(2), counts };
}

function readQuestion(header: Header, input: ByteCursor, bytes: Uint8Array): Query {
  const operation = (header.flags >> 11) & 0xf;
  if (operation !== 0) throw new Malformed(`expected a standard query, got operation ${operation}`, NOT_IMPLEMENTED);
  const [questions, answers, authorities, additional] = header.counts;
  if (questions !== 1 || answers + authorities > 0 || additional > 1) {
    throw new Malformed(`expected one question and at most EDNS beside it, got sections of ${header.counts.join(', ')}`);
  }
  const name = readName(input);
  const type = input.number(2);
  const netClass = input.number(2);
  if (type === undefined || netClass === undefined) throw new Malformed('expected type and class after the name, got the end');
  const question = bytes.subarray(HEADER_BYTES, input.at);
  if (additional === 1) readOpt(input);
  if (input.remaining > 0) throw new Malformed(`expected the query to end, got ${input.remaining} more bytes`);
  if (netClass !== CLASS_IN) throw new Malformed(`expected class IN, got ${netClass}`, REFUSED);
  return { id: header.id, name, type, recursionDesired: (header.flags & RECURSION_DESIRED) !== 0, edns: additional === 1, question };
}

/** Without compression, for which a lone question has no use (RFC 1035 section 4.1.4). The root is refused: it names no host. */
function readName(input: ByteCursor): string {
  const labels: string[] = [];
  // Counted as on the wire, the closing zero included (RFC 1035 section 2.3.4).
  let length = 1;
  for (;;) {
    const size = input.number(1);
    if (size === 0 && labels.length > 0) return labels.join('.');
    if (size === undefined || size === 0 || size > 63) throw new Malformed(`expected a label of 1 to 63 bytes, got ${size ?? 'the end'}`);
    length += size + 1;
    if (length > 255) throw new Malformed('expected a name of at most 253 characters, got a longer one');
    labels.push(readLabel(input.bytes(size)));
  }
}

/** A dot or a NUL within a label would make two names look alike once they are text. */
function readLabel(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) throw new Malformed('expected the rest of a label, got the end');
  const label = Buffer.from(bytes).toString('latin1');
  if (!/^[A-Za-z0-9_-]+$/.test(label)) throw new Malformed('expected labels of letters, digits, hyphens and underscores, got another character');
  return label.toLowerCase();
}

/** RFC 6891 section 6.1: its options are skipped, for nothing here depends on them. */
function readOpt(input: ByteCursor): void {
  const root = input.number(1);
  const type = input.number(2);
  const payloadAndTtl = input.bytes(6);
  const options = input.vector(2);
  if (root !== 0 || type !== TYPE_OPT || payloadAndTtl === undefined || options === undefined) {
    throw new Malformed('expected EDNS as the additional record, got another');
  }
  const version = payloadAndTtl[3];
  if (version !== 0) throw new Malformed(`expected EDNS version 0, got ${version}`);
}

/** Type, class and lifetime of an A record whose name points at the question (RFC 1035 section 3.4.1). */
function addressRecord(address: string, ttl: number): Uint8Array {
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some((octet) => !Number.isInteger(octet) || octet < 0 || octet > 255)) {
    throw new TypeError(`expected an IPv4 address, got ${address}`);
  }
  const record = Buffer.alloc(16);
  record.writeUInt16BE(0xc000 | HEADER_BYTES, 0);
  record.writeUInt16BE(TYPE_A, 2);
  record.writeUInt16BE(CLASS_IN, 4);
  record.writeUInt32BE(ttl, 6);
  record.writeUInt16BE(4, 10);
  record.set(octets, 12);
  return record;
}

/** Recursion is claimed to be available: stub resolvers drop answers that say otherwise. */
function writeMessage(id: number, queryFlags: number, responseCode: number, sections: readonly (Uint8Array | undefined)[]): Uint8Array {
  const [question, answer, opt] = sections;
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RESPONSE | RECURSION_AVAILABLE | (queryFlags & (0x7800 | RECURSION_DESIRED)) | responseCode, 2);
  header.writeUInt16BE(question ? 1 : 0, 4);
  header.writeUInt16BE(answer ? 1 : 0, 6);
  header.writeUInt16BE(opt ? 1 : 0, 10);
  return Buffer.concat([header, ...sections.filter((section) => section !== undefined)]);
}
