/**
 * The ways in which a server may write a secret back: as it is, in JSON, percent-encoded (RFC 3986) or as a form, in HTML, in hexadecimal and in
 * base64 (RFC 4648) wherever it stands in what was encoded, JSON and percent-encoding also twice over, and in UTF-16. No two are the same.
 */
export function spellingsOf(secret: string): readonly Buffer[] {
  const bytes = Buffer.from(secret, 'utf8');
  const json = JSON.stringify(secret).slice(1, -1);
  const percent = encodeURIComponent(secret);
  const strict = percent.replaceAll(/[!'()*~._-]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const unquoted = percent.replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams({ a: secret }).toString().slice(2);
  const percents = [percent, unquoted, strict, everyByte(bytes)].flatMap((text) => [text, lowerHex(text), text.replaceAll('%20', '+'), lowerHex(text).replaceAll('%20', '+')]);
  const texts = [
    secret, json, JSON.stringify(json).slice(1, -1), json.replaceAll('/', '\\/'), asciiJson(json), asciiJson(json).replaceAll('/', '\\/'), json.replaceAll(/[<>&]/g, unicodeEscape),
    ...percents, encodeURIComponent(percent), form, lowerHex(form), html(secret, '&#39;'), html(secret, '&#x27;'), bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64(bytes),
  ];
  const wide = Buffer.from(secret, 'utf16le');
  return [...[...new Set(texts)].map((text) => Buffer.from(text, 'utf8')), wide, Buffer.from(wide).swap16()];
}

const unicodeEscape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

const asciiJson = (json: string): string => json.replaceAll(/[\u0080-\uffff]/g, unicodeEscape);

const lowerHex = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());

const everyByte = (bytes: Buffer): string => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`).join('');

function html(text: string, apostrophe: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\'', apostrophe);
}

/** Characters that hold bits of what stands before, when that is no bytes, one or two beyond a whole group. */
const SHARED = [0, 2, 3];

/** What is the same whatever stands before and after: characters that hold bits of the secret alone. */
function base64(bytes: Buffer): string[] {
  return SHARED.flatMap((shared, before) => {
    const whole = Math.floor((8 * (before + bytes.length)) / 6);
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').slice(shared, whole);
    return [text, text.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
