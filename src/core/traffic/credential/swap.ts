import { isObject } from '../../terms/is-object.ts';
import { ProtocolFault } from '../http1/fault.ts';
import { parseJson } from '../json/parse.ts';

/** A query, or a body of type application/x-www-form-urlencoded, with `value` where the whole value of the parameter is the placeholder; other parameters of that name are then dropped. */
export function swapInForm(text: string, name: string, placeholder: string, value: string): string {
  if (!text.includes(placeholder)) return text;
  const pairs = text.split('&');
  const at = pairs.findIndex((pair) => nameOf(pair) === name && pair.slice(pair.indexOf('=') + 1) === placeholder);
  if (at === -1) return text;
  const swapped = `${pairs[at]?.split('=', 1)[0] ?? ''}=${encodeURIComponent(value)}`;
  return pairs.flatMap((pair, index) => (index === at ? swapped : nameOf(pair) === name ? [] : pair)).join('&');
}

/** A JSON object with `value` where the whole value of its member is the placeholder; every other byte stays as it is. Throws `ProtocolFault` where it cannot be told which bytes those are. */
export function swapInJson(bytes: Uint8Array, name: string, placeholder: string, value: string): Uint8Array {
  const body = parseJson(bytes);
  if (!isObject(body) || body[name] !== placeholder) return bytes;
  const whole = Buffer.from(bytes);
  const at = whole.indexOf(placeholder);
  if (at === -1 || whole.includes(placeholder, at + 1)) throw new ProtocolFault('unwritable', 'the placeholder of its credential stands in the body more than once, or escaped');
  return Buffer.concat([whole.subarray(0, at), Buffer.from(JSON.stringify(value).slice(1, -1), 'utf8'), whole.subarray(at + placeholder.length)]);
}

function nameOf(pair: string): string {
  const written = pair.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(written.replaceAll('+', ' '));
  } catch {
    return written;
  }
}
