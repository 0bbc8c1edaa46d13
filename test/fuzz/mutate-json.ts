import type { Random } from './random.ts';

type Json = unknown;

/** One place of a JSON value: the object or list that holds it, and under what. */
interface Place {
  readonly parent: Record<string, Json>;
  readonly key: string;
  readonly path: string;
}

/** What stands where something else is expected. */
const ODD_VALUES: readonly (() => Json)[] = [
  () => null, () => true, () => false, () => 0, () => -1, () => 2 ** 53, () => 1.5, () => '', () => 'x', () => '0', () => 'true', () => [], () => ({}), () => [null], () => [[]], () => [{}], () => ({ '': null }),
  () => nested(40), () => nested(150), () => 'y'.repeat(5_000),
];

/** The same, as large as a body lets it be: rare, since each takes its time. */
const VAST_VALUES: readonly (() => Json)[] = [
  () => Array.from({ length: 20_000 }, () => ({})),
  () => Array.from({ length: 60_000 }, () => 'x'),
  () => 'y'.repeat(3 * 1024 * 1024),
  () => ({ note: 'y'.repeat(2 * 1024 * 1024) }),
  () => Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, 'v'])),
];

function oddValue(random: Random): Json {
  return random.below(200) === 0 ? random.pick(VAST_VALUES)() : random.pick(ODD_VALUES)();
}

const ODD_KEYS = ['', 'constructor', 'toString', 'hasOwnProperty', 'length', 'Metadata', 'SPEC', 'labels ', 'name\u0000', 'spec.containers', 'sallyport.dev/agents', 'sallyport.dev/receipt'];

/** One change of structure, somewhere that `may` allows; the value itself is changed. */
export function mutateJson(root: Record<string, Json>, random: Random, may: (path: string) => boolean): void {
  const places = placesOf(root).filter(({ path }) => may(path));
  if (places.length === 0) return;
  random.pick(MUTATIONS)(random.pick(places), random, places);
}

/** The text of a JSON value in which one member of one object stands twice. */
export function withDuplicate(text: string, random: Random): string {
  const keys = [...text.matchAll(/"(?:[^"\\]|\\.)*":/g)];
  if (keys.length === 0) return text;
  const { index, 0: key } = random.pick(keys);
  return `${text.slice(0, index)}${key}${random.pick(['null', '{}', '[]', '"x"', 'false'])},${text.slice(index)}`;
}

type Mutation = (at: Place, random: Random, places: readonly Place[]) => void;

const MUTATIONS: readonly Mutation[] = [
  function replaceValue({ parent, key }, random) {
    put(parent, key, oddValue(random));
  },
  function dropMember({ parent, key }) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  function addMember({ parent }, random) {
    if (Array.isArray(parent)) parent.push(oddValue(random));
    else put(parent, random.pick(ODD_KEYS), oddValue(random));
  },
  function renameMember({ parent, key }, random) {
    if (Array.isArray(parent)) return;
    const value = parent[key];
    delete parent[key];
    put(parent, random.pick([...ODD_KEYS, key.toUpperCase(), `${key} `]), value);
  },
  function copyFrom({ parent, key }, random, places) {
    const other = random.pick(places);
    put(parent, key, structuredClone(other.parent[other.key]));
  },
  function stretchText({ parent, key }, random) {
    if (typeof parent[key] === 'string') put(parent, key, `${parent[key]}${random.pick(['\u0000', '\u202e', '"', '\\', '😀', ' '.repeat(500)])}`);
  },
];

function placesOf(value: Json, path = ''): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, Json>;
  return Object.keys(parent).flatMap((key) => {
    const below = path === '' ? key : `${path}.${key}`;
    return [{ parent, key, path: below }, ...placesOf(parent[key], below)];
  });
}

function put(parent: Record<string, Json>, key: string, value: Json): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function nested(depth: number): Json {
  let value: Json = {};
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}
