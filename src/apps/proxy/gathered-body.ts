import { promisify } from 'node:util';
import type { GatheredBody, Headers } from '../../core/terms/action.ts';
import { parseJson } from '../../core/traffic/json/parse.ts';
import type { BodyFault } from './request-body.ts';

type Decode = (bytes: Uint8Array, limit: number) => Promise<Uint8Array>;

/** The body as rules read it: decoded within `limit` bytes. Where that cannot be, why: nothing is judged by half of a body. */
export async function readGathered(headers: Headers, bytes: Uint8Array, limit: number): Promise<GatheredBody | BodyFault> {
  const codings = headers.filter(([name]) => name === 'content-encoding').map(([, value]) => value.toLowerCase());
  const [coding = 'identity'] = codings;
  if (codings.length > 1 || coding.includes(',')) return unreadable('The body is encoded more than once');
  if (coding === 'identity' || bytes.length === 0) return parsed(headers, bytes);
  const decode = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
  if (decode === undefined) return unreadable('The body is in an encoding other than gzip, deflate, br or zstd');
  try {
    return parsed(headers, await decode(bytes, limit));
  } catch (error) {
    if (isOverLimit(error)) return { reason: 'body-too-large', sentence: `The body is larger than the ${limit} bytes within which it can be judged, once it is decoded.` };
    return unreadable(`The body is not what its encoding ${coding} says`);
  }
}

/** What is JSON by its type and not by its bytes has no members: conditions on them cannot be told. */
function parsed(headers: Headers, bytes: Uint8Array): GatheredBody {
  const types = headers.filter(([name]) => name === 'content-type');
  if (types.length !== 1 || !JSON_TYPE.test(types[0]?.[1] ?? '')) return { bytes };
  try {
    return { bytes, json: parseJson(bytes) };
  } catch {
    return { bytes };
  }
}

const JSON_TYPE = /^[ ]*application\/(?:[a-z0-9.-]+\+)?json[ ]*(?:;|$)/i;

/** RFC 9110 section 8.4.1 (deflate: with the zlib header, as registered), RFC 7932, RFC 8878. */
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: async (bytes, limit) => await promisify((await import('node:zlib')).gunzip)(bytes, { maxOutputLength: limit }),
  'x-gzip': async (bytes, limit) => await promisify((await import('node:zlib')).gunzip)(bytes, { maxOutputLength: limit }),
  deflate: async (bytes, limit) => await promisify((await import('node:zlib')).inflate)(bytes, { maxOutputLength: limit }),
  br: async (bytes, limit) => await promisify((await import('node:zlib')).brotliDecompress)(bytes, { maxOutputLength: limit }),
  zstd: async (bytes, limit) => await promisify((await import('node:zlib')).zstdDecompress)(bytes, { maxOutputLength: limit }),
};

function isOverLimit(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function unreadable(what: string): BodyFault {
  return { reason: 'body-unreadable', sentence: `${what}, so it cannot be judged.` };
}
