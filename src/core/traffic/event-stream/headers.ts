import { EventStreamFault } from './fault.ts';

/** By name; what is neither text nor a truth value is left as its bytes. */
export type EventHeaders = ReadonlyMap<string, string | boolean | Uint8Array>;

/** Bytes of each type of value (amazon-eventstream, "Headers"), by its number; true and false have none; bytes and text say their own length. */
const LENGTHS: readonly (number | 'own')[] = [0, 0, 1, 2, 4, 8, 'own', 'own', 8, 16];
const TEXT = 7;

/** Each name once, of one to 255 bytes of UTF-8. Throws `EventStreamFault`. */
export function readHeaders(bytes: Uint8Array): EventHeaders {
  const headers = new Map<string, string | boolean | Uint8Array>();
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new EventStreamFault('header-malformed', 'expected a header to end where the headers end');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (width: number): number => take(width).reduce((value, byte) => value * 256 + byte, 0);
  while (at < bytes.length) {
    const name = text(take(number(1)));
    if (name === '' || headers.has(name)) throw new EventStreamFault('header-malformed', 'expected each header once and with a name');
    const type = number(1);
    const length = LENGTHS[type];
    if (length === undefined) throw new EventStreamFault('header-malformed', `expected a known type of header, got ${type}`);
    const value = take(length === 'own' ? number(2) : length);
    headers.set(name, type < 2 ? type === 0 : type === TEXT ? text(value) : Uint8Array.from(value));
  }
  return headers;
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new EventStreamFault('header-malformed', 'expected text in UTF-8 in a header');
  }
}
