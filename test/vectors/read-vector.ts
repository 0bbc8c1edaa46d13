import { readdirSync, readFileSync } from 'node:fs';

/**
 * One test vector: `key: value` lines, a line `---`, and the input.
 *
 * The input is text in which line breaks of the file do not count, and `\r`, `\n`, `\t`, `\\` and `\xNN` stand for bytes; with
 * `encoding: hex` it is hexadecimal digits, and `#` begins a comment. `\{N:TEXT}` repeats TEXT N times.
 */
export interface Vector {
  readonly file: string;
  /** Values of each key, in their order. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  readonly input: Buffer;
}

/** All vectors of a folder below this one. `allowed` lists its keys: any other fails the run, as does a verdict that isn't listed. */
export function readVectors(folder: string, allowed: { readonly keys: readonly string[]; readonly verdicts: readonly string[] }): readonly Vector[] {
  const place = new URL(`${folder}/`, import.meta.url);
  const vectors = readdirSync(place).sort().map((file) => readVector(`${folder}/${file}`, readFileSync(new URL(file, place), 'utf8')));
  for (const { file, keys } of vectors) {
    const unknown = [...keys.keys()].find((key) => !['verdict', 'note', 'encoding', ...allowed.keys].includes(key));
    if (unknown !== undefined) throw new Error(`${file}: unknown key "${unknown}"`);
    const verdict = only(keys, 'verdict');
    if (verdict === undefined || !allowed.verdicts.includes(verdict)) throw new Error(`${file}: unknown verdict "${verdict}", expected one of ${allowed.verdicts.join(', ')}`);
    if (only(keys, 'note') === undefined) throw new Error(`${file}: expected a note on what it tries`);
  }
  return vectors;
}

/** The value of a key that stands at most once. */
export function only(keys: Vector['keys'], key: string): string | undefined {
  const values = keys.get(key) ?? [];
  if (values.length > 1) throw new Error(`expected "${key}" once`);
  return values[0];
}

function readVector(file: string, text: string): Vector {
  const [head, body] = text.split(/^---\n/m, 2);
  if (head === undefined || body === undefined) throw new Error(`${file}: expected a line "---" before the input`);
  const keys = new Map<string, string[]>();
  for (const line of head.trimEnd().split('\n')) {
    const [, key, value] = /^([a-z-]+): (.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) throw new Error(`${file}: expected "key: value", got "${line}"`);
    keys.set(key, [...keys.get(key) ?? [], value]);
  }
  const encoding = only(keys, 'encoding') ?? 'text';
  if (encoding !== 'text' && encoding !== 'hex') throw new Error(`${file}: unknown encoding "${encoding}"`);
  return { file, keys, input: encoding === 'hex' ? fromHex(file, body) : fromText(file, body) };
}

function fromHex(file: string, body: string): Buffer {
  const digits = body.replace(/#.*$/gm, '').replace(/\s+/g, '');
  if (!/^(?:[0-9a-f]{2})*$/.test(digits)) throw new Error(`${file}: expected pairs of lower-case hexadecimal digits`);
  return Buffer.from(digits, 'hex');
}

function fromText(file: string, body: string): Buffer {
  const text = body.replaceAll('\n', '').replace(/\\\{([0-9]+):((?:[^}\\]|\\.)*)\}/g, (_, times: string, part: string) => part.repeat(Number(times)));
  const bytes = text.replace(/\\(?:x([0-9a-f]{2})|(.))/g, (all, hex: string | undefined, letter: string) => {
    const byte = hex === undefined ? { r: '\r', n: '\n', t: '\t', '\\': '\\' }[letter] : String.fromCharCode(Number.parseInt(hex, 16));
    if (byte === undefined) throw new Error(`${file}: unknown escape ${all}`);
    return byte;
  });
  return Buffer.from(bytes, 'latin1');
}
