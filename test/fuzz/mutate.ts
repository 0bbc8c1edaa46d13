import { Random } from './random.ts';

/** What parsers of our protocols stumble over; a target can add its own. */
const TOKENS: readonly Uint8Array[] = [
  '\r\n', '\n', '\r', '\0', ' ', '\t', ':', ';', ',', '"', '\\', '%2f', '/../', '0', '-1', '+1', '0x10', 'ffffffff', '99999999999999999999',
  '\x7f', '\x80', '\xff', '\xa0', '{', '}', '[', ']', '*', 'null', 'localhost', '127.0.0.1', '.example',
].map((text) => Buffer.from(text, 'latin1'));

type Mutation = (bytes: Uint8Array, random: Random, seeds: readonly Uint8Array[], tokens: readonly Uint8Array[]) => Uint8Array;

/** One to four random changes to one of the seeds. */
export function mutated(seeds: readonly Uint8Array[], random: Random, extraTokens: readonly Uint8Array[] = []): Uint8Array {
  const tokens = [...TOKENS, ...extraTokens];
  let bytes = random.pick(seeds);
  for (let changes = 1 + random.below(4); changes > 0; changes--) bytes = random.pick(MUTATIONS)(bytes, random, seeds, tokens);
  return bytes;
}

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    return replaced(bytes, random, (byte) => byte ^ (1 << random.below(8)));
  },
  function setByte(bytes, random) {
    return replaced(bytes, random, () => random.below(256));
  },
  function stepByte(bytes, random) {
    return replaced(bytes, random, (byte) => byte + (random.below(2) === 0 ? 1 : -1));
  },
  function insertToken(bytes, random, _seeds, tokens) {
    const at = random.below(bytes.length + 1);
    return joined(bytes.subarray(0, at), random.pick(tokens), bytes.subarray(at));
  },
  function overwriteWithToken(bytes, random, _seeds, tokens) {
    const at = random.below(bytes.length + 1);
    const token = random.pick(tokens);
    return joined(bytes.subarray(0, at), token, bytes.subarray(at + token.length));
  },
  function cutOut(bytes, random) {
    const at = random.below(bytes.length + 1);
    return joined(bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8)));
  },
  function cutShort(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function repeatPart(bytes, random) {
    const at = random.below(bytes.length + 1);
    const part = bytes.subarray(at, at + 1 + random.below(32));
    return joined(bytes.subarray(0, at), part, part, bytes.subarray(at + part.length));
  },
  function spliceSeed(bytes, random, seeds) {
    const other = random.pick(seeds);
    return joined(bytes.subarray(0, random.below(bytes.length + 1)), other.subarray(random.below(other.length + 1)));
  },
  function insertLineOfSeed(bytes, random, seeds) {
    const lines = Buffer.from(random.pick(seeds)).toString('latin1').split(/(?<=\n)/);
    const own = Buffer.from(bytes).toString('latin1').split(/(?<=\n)/);
    own.splice(random.below(own.length + 1), 0, random.pick(lines));
    return Buffer.from(own.join(''), 'latin1');
  },
];

function replaced(bytes: Uint8Array, random: Random, change: (byte: number) => number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  if (copy.length === 0) return copy;
  const at = random.below(copy.length);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
