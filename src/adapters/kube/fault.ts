import { errorText } from '../../core/terms/error-text.ts';

export type KubeFaultCode =
  | 'unreachable'
  | 'timeout'
  | 'unauthorised'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'refused'
  | 'malformed';

/** A request to the API server that did not end well. `status` is the HTTP status, where there was one. */
export class KubeFault extends Error {
  override readonly name = 'KubeFault';
  readonly code: KubeFaultCode;
  readonly status: number | undefined;

  constructor(code: KubeFaultCode, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.status = options.status;
  }
}

/** Whatever ended a request or the reading of its answer, as a fault. */
export function asKubeFault(cause: unknown): KubeFault {
  return cause instanceof KubeFault ? cause : new KubeFault('malformed', errorText(cause), { cause });
}

const BY_STATUS: Readonly<Record<number, KubeFaultCode>> = {
  401: 'unauthorised',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
  410: 'gone',
  422: 'invalid',
  504: 'timeout',
};

/** The fault that an HTTP status and the API server's `Status` object (or whatever stands in its place) amount to. */
export function faultOfStatus(what: string, status: number, body: unknown): KubeFault {
  return new KubeFault(BY_STATUS[status] ?? 'refused', `${what}: the API server answered ${status}: ${messageOf(body)}`, { status });
}

function messageOf(body: unknown): string {
  const message = typeof body === 'object' && body !== null && 'message' in body ? body.message : body;
  return typeof message === 'string' && message !== '' ? message.slice(0, 500) : 'no reason given';
}

/** What a request answers, or undefined where it ends in a fault of that code; rejects with any other. */
export async function unlessFault<T>(code: KubeFaultCode, request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request();
  } catch (fault) {
    if (fault instanceof KubeFault && fault.code === code) return undefined;
    throw fault;
  }
}
