import { SYNTHETIC_RANGE } from '../../../core/terms/fixed-names.ts';
import { isObject } from '../../../core/terms/is-object.ts';
import { CaptureFault } from './fault.ts';
import { TABLE, type Chain } from './ruleset.ts';

/**
 * Proves from what the kernel reads back (`nft -j list table`) that our table stands as it was meant: every chain at its hook
 * with its policy, every rule in its place, and nothing besides.
 * Throws `CaptureFault` `not-proven` with the first difference.
 */
export function proveRuleset(listing: string, chains: readonly Chain[]): void {
  const objects = readObjects(listing);
  const found = objects.flatMap(({ chain }) => (isObject(chain) && isOurs(chain) ? [describeChain(chain)] : []));
  const expected = chains.map((one) => `${one.name}: ${one.type} at ${one.hook} ${one.priority}, else ${one.policy}`);
  compare('chains', expected, found);
  for (const { name, rules } of chains) {
    const present = objects.flatMap(({ rule }) => (isObject(rule) && isOurs(rule) && rule['chain'] === name ? [String(rule['comment'])] : []));
    compare(`rules of chain ${name}`, rules.map((rule) => rule.name), present);
  }
}

/** Proves from `ip -j -4 route show table local` that synthetic addresses are taken for our own. Throws `CaptureFault` `not-proven`. */
export function proveRoute(listing: string): void {
  const routes = readJson(listing);
  const there = Array.isArray(routes) && routes.some((route) => isObject(route) && route['type'] === 'local' && route['dst'] === SYNTHETIC_RANGE.text && route['dev'] === 'lo');
  if (!there) throw new CaptureFault('not-proven', `expected ${SYNTHETIC_RANGE.text} to be routed to the loopback, got ${listing.trim().slice(0, 200) || 'no route'}`);
}

type Fields = Readonly<Record<string, unknown>>;

function readObjects(listing: string): readonly Fields[] {
  const document = readJson(listing);
  const objects = isObject(document) ? document['nftables'] : undefined;
  if (!Array.isArray(objects)) throw new CaptureFault('not-proven', `expected the ruleset as JSON, got ${listing.slice(0, 200)}`);
  return objects.filter(isObject);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CaptureFault('not-proven', `expected JSON, got ${text.trim().slice(0, 200) || 'nothing'}`, { cause });
  }
}

function describeChain(chain: Fields): string {
  return `${String(chain['name'])}: ${String(chain['type'])} at ${String(chain['hook'])} ${String(chain['prio'])}, else ${String(chain['policy'])}`;
}

function compare(what: string, expected: readonly string[], found: readonly string[]): void {
  if (expected.length === found.length && expected.every((one, index) => one === found[index])) return;
  throw new CaptureFault('not-proven', `expected the ${what} to be [${expected.join('; ')}], got [${found.join('; ')}]`);
}

function isOurs(object: Fields): boolean {
  return object['family'] === 'inet' && object['table'] === TABLE;
}
