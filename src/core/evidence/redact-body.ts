import { isUtf8 } from 'node:buffer';
import { parseMemberPath, type Step } from '../terms/member-path.ts';

/** What stands in a kept body in the place of a blanked value. */
const BLANK = '[redacted]';

/** Deeper bodies are not kept: walking them would be an attack on the stack. */
const MAX_DEPTH = 200;

export type RedactedBody = { readonly ok: true; readonly body: Uint8Array; readonly count: number } | { readonly ok: false };

/** A step and where its path goes on; the last of a path has no next, and what it reaches is blanked. */
interface State {
  readonly step: Step;
  readonly next?: State;
}

type Node = Record<string, unknown>;

/**
 * The body with every value blanked that one of the paths reaches. Only a body that is JSON as a whole can be searched; anything
 * else (cut short, compressed, a stream of events, not UTF-8, too deep, a path that cannot be read) is not ok, and then none of it
 * may be kept. What comes back is written anew from the parsed value, so a duplicate member cannot hide a second secret.
 */
export function redactBody(body: Uint8Array, paths: readonly string[]): RedactedBody {
  const starts = paths.map(startOf);
  if (!starts.every((state) => state !== undefined) || !isUtf8(body)) return { ok: false };
  try {
    const value: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
    const count = isNode(value) ? walk(value, new Set(starts), 0) : 0;
    return { ok: true, body: Buffer.from(JSON.stringify(value)), count };
  } catch {
    return { ok: false };
  }
}

function startOf(path: string): State | undefined {
  return parseMemberPath(path)?.reduceRight<State | undefined>((next, step) => (next === undefined ? { step } : { step, next }), undefined);
}

/** All paths in one pass, as sets of states: linear in the body, whatever a hostile body and several `..` would otherwise multiply to. */
function walk(node: Node, states: ReadonlySet<State>, depth: number): number {
  if (depth > MAX_DEPTH) throw new RangeError(`expected at most ${MAX_DEPTH} levels`);
  let count = 0;
  for (const key of Object.keys(node)) {
    const { blanked, below } = take(node, key, states);
    const member = node[key];
    if (blanked) count += blank(node, key);
    else if (below.size > 0 && isNode(member)) count += walk(member, below, depth + 1);
  }
  return count;
}

function take(node: Node, key: string, states: ReadonlySet<State>): { blanked: boolean; below: Set<State> } {
  const below = new Set<State>();
  let blanked = false;
  for (const state of states) {
    const descends = state.step.kind === 'descend';
    if (descends) below.add(state);
    const here = descends ? state.next : state;
    if (here === undefined || !reaches(here.step, node, key)) continue;
    if (here.next === undefined) blanked = true;
    else below.add(here.next);
  }
  return { blanked, below };
}

function reaches(step: Step, node: Node, key: string): boolean {
  switch (step.kind) {
    case 'name': return !Array.isArray(node) && step.name === key;
    case 'index': return Array.isArray(node) && String(step.index) === key;
    case 'every': return true;
    case 'descend': return false;
  }
}

function blank(node: Node, key: string): number {
  if (node[key] === BLANK) return 0;
  // Defined, not assigned: a member may be named __proto__.
  Object.defineProperty(node, key, { value: BLANK, enumerable: true, writable: true, configurable: true });
  return 1;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}
