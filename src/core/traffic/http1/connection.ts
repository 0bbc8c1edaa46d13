import type { Headers } from '../../terms/action.ts';
import { consistsOf, strayIn, TOKEN } from './characters.ts';
import { ProtocolFault } from './fault.ts';
import { withoutSpaces } from './fields.ts';
import type { Version } from './message.ts';

/**
 * Fields that Connection must not name (RFC 9110 section 7.6.1): without them the message would mean something else to the next
 * server than it did to us - who is asked, who asks, what the body is.
 */
const END_TO_END = new Set([
  'authorization', 'cache-control', 'content-encoding', 'content-length', 'content-range', 'content-type', 'cookie', 'expect', 'host',
  'location', 'range', 'set-cookie', 'transfer-encoding',
]);

/** The options of all Connection fields, in lower case. Throws `connection-malformed`. */
export function readConnection(headers: Headers): readonly string[] {
  const options = connectionOptions(headers);
  for (const option of options) {
    if (!consistsOf(TOKEN, option)) throw new ProtocolFault('connection-malformed', `expected names in Connection, got ${strayIn(TOKEN, option)} in one`);
    if (END_TO_END.has(option)) {
      throw new ProtocolFault('connection-malformed', `expected Connection to name fields of this connection only, got "${option}"`);
    }
  }
  return options;
}

/** The same without the checks, for heads that a reader let through. */
export function connectionOptions(headers: Headers): readonly string[] {
  const options: string[] = [];
  for (const [name, value] of headers) {
    if (name !== 'connection') continue;
    for (const option of value.toLowerCase().split(',')) {
      const trimmed = withoutSpaces(option);
      if (trimmed !== '') options.push(trimmed);
    }
  }
  return options;
}

/** Where `close` and `keep-alive` stand together the safe reading wins. */
export function persists(version: Version, options: readonly string[]): boolean {
  if (options.includes('close')) return false;
  return version === '1.1' || options.includes('keep-alive');
}
