import { hash } from 'node:crypto';
import { authorityText } from '../../address/authority-text.ts';
import type { Headers, HttpAction } from '../../terms/action.ts';
import type { ProtocolOutcome } from '../../terms/protocol-facts.ts';
import { ProtocolFault } from '../http1/fault.ts';
import type { RequestTarget, RequestTreatment } from '../treatment.ts';
import { readably } from './request.ts';
import { awsAuthorization, awsTime, type AwsKeys, type AwsScope } from './sigv4.ts';

/** What a signature by the agent's own keys consists of, in headers and in the queries of presigned URLs. */
const SIGNATURE = new Set(['authorization', 'x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']);
const PRESIGNED = /^x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token)(?:=|$)/i;
/** What a body says of itself that needs no key: its digest, or that it is not signed. */
const KEYLESS = /^(?:[0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER)$/;

/** Signs one request with keys that its agent does not hold. */
export class AwsSigning implements RequestTreatment {
  readonly #secret: string;
  readonly #scope: AwsScope;
  readonly #keys: AwsKeys;
  readonly #action: HttpAction;
  readonly #time: string;
  #target: RequestTarget;
  #digest: string | undefined;

  /** `secret`: the credential's name. `now`: milliseconds since the epoch. */
  constructor(secret: string, scope: AwsScope, keys: AwsKeys, action: HttpAction, now: number) {
    this.#secret = secret;
    this.#scope = scope;
    this.#keys = keys;
    this.#action = action;
    this.#time = awsTime(now);
    this.#target = { path: action.path, query: action.query };
  }

  body(bytes: Uint8Array): Uint8Array {
    this.#digest = hash('sha256', bytes);
    return bytes;
  }

  target({ path, query }: RequestTarget): RequestTarget {
    this.#target = { path, query: query.split('&').filter((pair) => !PRESIGNED.test(pair)).join('&') };
    return this.#target;
  }

  headers(headers: Headers): Headers {
    const payload = this.#payload(headers);
    const kept = readably(headers).filter(([name]) => !SIGNATURE.has(name));
    const added: Headers = [
      ['x-amz-date', this.#time], ['x-amz-content-sha256', payload],
      ...(this.#keys.session === undefined ? [] : [['x-amz-security-token', this.#keys.session] as const]),
    ];
    const all = [...kept, ...added];
    const signed: Headers = [['host', authorityText(this.#action.authority)], ...all.filter(([name]) => name.startsWith('x-amz-') || name === 'content-type')];
    const { method } = this.#action;
    return [...all, ['authorization', awsAuthorization({ method, ...this.#target, headers: signed, time: this.#time, payload }, this.#scope, this.#keys)]];
  }

  facts(): ProtocolOutcome {
    return { credential: this.#secret };
  }

  /** Only a body that was read whole has a digest of ours; one that streams is not signed, which Amazon S3 takes. */
  #payload(headers: Headers): string {
    if (this.#digest !== undefined) return this.#digest;
    const said = headers.find(([name]) => name === 'x-amz-content-sha256')?.[1] ?? 'UNSIGNED-PAYLOAD';
    if (!KEYLESS.test(said)) throw new ProtocolFault('unwritable', 'each piece of its body is signed with a key of its own, and cannot be signed anew');
    return said;
  }
}
