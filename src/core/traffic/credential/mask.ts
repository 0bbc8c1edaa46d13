import { spellingsOf } from './spellings.ts';

/** Bytes that stand in for those of a secret: those that people know as a mask first, and some that stand in no text. */
const FILLS = [...Buffer.from('*#x-.0'), ...Array.from({ length: 95 }, (_, index) => index + 0x20), ...Array.from({ length: 11 }, (_, index) => index + 0xf5)];

/** Covers secrets, however a server may spell them, by as many other bytes: lengths and framing stay as they are. */
export class Mask {
  readonly spellings: readonly Buffer[];
  /** Stands in none of them: no covered byte can be part of one again. */
  readonly #fill: number;

  constructor(secrets: readonly string[]) {
    this.spellings = secrets.flatMap(spellingsOf);
    this.#fill = FILLS.find((byte) => this.spellings.every((spelling) => !spelling.includes(byte))) ?? 0xff;
  }

  /** Covers in `shown` what `raw` holds of them; both are equally long. Returns how many passages those are. */
  cover(raw: Buffer, shown: Buffer): number {
    let passages = 0;
    for (const spelling of this.spellings) {
      let covered = -1;
      for (let at = raw.indexOf(spelling); at !== -1; at = raw.indexOf(spelling, at + 1)) {
        if (at >= covered) passages += 1;
        shown.fill(this.#fill, Math.max(at, covered), at + spelling.length);
        covered = at + spelling.length;
      }
    }
    return passages;
  }

  /** How many bytes at the end may be the beginning of one. */
  open(raw: Buffer): number {
    return Math.max(0, ...this.spellings.map((spelling) => openEnd(raw, spelling)));
  }
}

/** The longest end of `raw` that `spelling` begins with, without being all of it. */
function openEnd(raw: Buffer, spelling: Buffer): number {
  for (let at = Math.max(0, raw.length - spelling.length + 1); at < raw.length; at += 1) {
    if (raw[at] === spelling[0] && raw.compare(spelling, 0, raw.length - at, at) === 0) return raw.length - at;
  }
  return 0;
}

/** One stream under a mask. Holds back only what may be the beginning of a secret: never a whole one, and nothing of a text that cannot become one. */
export class MaskedStream {
  readonly #mask: Mask;
  #raw: Buffer = Buffer.alloc(0);
  /** The same as it may be shown: passages may overlap. */
  #shown: Buffer = Buffer.alloc(0);
  passages = 0;

  constructor(mask: Mask) {
    this.#mask = mask;
  }

  /** What can be passed on of it and of what was held back; it may be nothing. */
  data(chunk: Uint8Array): Uint8Array {
    const raw = Buffer.concat([this.#raw, chunk]);
    const shown = Buffer.concat([this.#shown, chunk]);
    this.passages += this.#mask.cover(raw, shown);
    const kept = raw.length - this.#mask.open(raw);
    this.#raw = raw.subarray(kept);
    this.#shown = shown.subarray(kept);
    return shown.subarray(0, kept);
  }

  /** The rest. */
  end(): Uint8Array {
    const rest = this.#shown;
    this.#raw = this.#shown = Buffer.alloc(0);
    return rest;
  }

  /** A text that stands by itself, such as the value of a header, each of whose characters is a byte. */
  text(text: string): string {
    const raw = Buffer.from(text, 'latin1');
    const shown = Buffer.from(raw);
    this.passages += this.#mask.cover(raw, shown);
    return shown.toString('latin1');
  }
}
