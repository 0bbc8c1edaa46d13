import { createHmac, hash } from 'node:crypto';
import type { Headers } from '../../terms/action.ts';

export interface AwsKeys {
  readonly id: string;
  readonly secret: string;
  /** Of temporary credentials. */
  readonly session?: string;
}

export interface AwsScope {
  readonly service: string;
  readonly region: string;
}

export interface AwsRequest {
  readonly method: string;
  /** As it is sent. */
  readonly path: string;
  /** As it is sent, without the question mark. */
  readonly query: string;
  /** Those that are signed, names in lower case; `host` is one of them. */
  readonly headers: Headers;
  /** `20150830T123600Z`. */
  readonly time: string;
  /** SHA-256 of the body in hexadecimal, or the word that stands for none. */
  readonly payload: string;
}

/** The value of Authorization by which AWS knows who sends a request (Signature Version 4, "Signing AWS API requests" of the IAM User Guide). */
export function awsAuthorization(request: AwsRequest, { service, region }: AwsScope, keys: AwsKeys): string {
  const day = request.time.slice(0, 8);
  const scope = `${day}/${region}/${service}/aws4_request`;
  const headers = canonicalHeaders(request.headers);
  const signed = headers.map(([name]) => name).join(';');
  const canonical = [
    request.method, service === 's3' ? encodedOnce(request.path) : encodedAgain(request.path), canonicalQuery(request.query),
    ...headers.map(([name, value]) => `${name}:${value}`), '', signed, request.payload,
  ].join('\n');
  const text = ['AWS4-HMAC-SHA256', request.time, scope, hash('sha256', canonical)].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<Buffer>((before, part) => hmac(before, part), Buffer.from(`AWS4${keys.secret}`, 'utf8'));
  return `AWS4-HMAC-SHA256 Credential=${keys.id}/${scope}, SignedHeaders=${signed}, Signature=${hmac(key, text).toString('hex')}`;
}

/** `20150830T123600Z`; milliseconds since the epoch. */
export function awsTime(now: number): string {
  return new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z').replaceAll(/[-:]/g, '');
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text, 'utf8').digest();

function canonicalHeaders(headers: Headers): Headers {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) values.set(name, [...values.get(name) ?? [], value.trim().replaceAll(/ +/g, ' ')]);
  return [...values].map(([name, all]) => [name, all.join(',')] as const).toSorted(([one], [other]) => order(one, other));
}

/** Amazon S3 names an object by what the path means. */
const encodedOnce = (path: string): string => path.split('/').map((segment) => encoded(decoded(segment))).join('/');

/** All others sign the path as it is sent, encoded. */
const encodedAgain = (path: string): string => path.split('/').map(encoded).join('/');

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').filter((pair) => pair !== '').map((pair) => {
    const [name = '', ...rest] = pair.split('=');
    return [encoded(decoded(name.replaceAll('+', ' '))), encoded(decoded(rest.join('=').replaceAll('+', ' ')))] as const;
  });
  return pairs.toSorted(([one, first], [other, second]) => order(one, other) || order(first, second)).map(([name, value]) => `${name}=${value}`).join('&');
}

/** All but unreserved characters (RFC 3986 section 2.3). */
const encoded = (text: string): string => encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** By code points, which here are bytes. */
const order = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
