import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import { errorText } from '../../core/terms/error-text.ts';
import { LinkFault } from './fault.ts';
import { linesOf } from './lines.ts';

export interface StreamSettings {
  /** `https://HOST[:PORT]`, without a path. */
  readonly url: string;
  /** PEM; the only certificates that may vouch for the controller. */
  readonly ca: string;
  /** Read anew for each connection: the kubelet replaces the token long before it expires. */
  readonly tokenFile: string;
  readonly lookup?: LookupFunction;
  /** Milliseconds without a byte after which the connection counts as dead. */
  readonly idle: number;
  readonly signal: AbortSignal;
}

/**
 * Opens one connection to the controller and yields what it sends, line by line, until either side ends it.
 *
 * @throws LinkFault `token-unreadable`, `unreachable`, `refused`, `silent`, `line-too-long`.
 */
export async function* openStream(settings: StreamSettings): AsyncIterable<string> {
  const token = await readToken(settings.tokenFile);
  const answer = await ask(settings, token);
  if (answer.statusCode !== 200) throw await refusal(answer);
  try {
    yield* linesOf(answer);
  } catch (cause) {
    throw asFault(cause);
  } finally {
    answer.destroy();
  }
}

async function readToken(file: string): Promise<string> {
  let token = '';
  try {
    token = (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new LinkFault('token-unreadable', `expected a readable token in ${file}: ${String(cause)}`, { cause });
  }
  if (!/^[\w.-]+$/.test(token)) throw new LinkFault('token-unreadable', `expected a token in ${file}, got something else`);
  return token;
}

function ask({ url, ca, lookup, idle, signal }: StreamSettings, token: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request(new URL('/v1/snapshot', url), {
    ca,
    agent: false,
    minVersion: 'TLSv1.2',
    headers: { authorization: `Bearer ${token}`, accept: 'application/jose' },
    timeout: idle,
    signal,
    ...(lookup === undefined ? {} : { lookup }),
  });
  let open: { destroy(fault: Error): unknown } = sent;
  sent.on('response', (answer) => {
    open = answer;
    resolve(answer);
  });
  sent.on('timeout', () => open.destroy(new LinkFault('silent', `expected a heartbeat of the controller at least every ${idle / 1000} s, got none`)));
  sent.on('error', (cause) => reject(asFault(cause)));
  sent.end();
  return promise;
}

/** Characters of a refusal that are read; it is one sentence. */
const LONGEST_REFUSAL = 2048;

async function refusal(answer: IncomingMessage): Promise<LinkFault> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > LONGEST_REFUSAL) break;
  }
  answer.destroy();
  return new LinkFault('refused', `the controller answered ${answer.statusCode}: ${text.slice(0, LONGEST_REFUSAL).trim()}`);
}

function asFault(cause: unknown): LinkFault {
  if (cause instanceof LinkFault) return cause;
  const said = errorText(cause);
  return new LinkFault('unreachable', `expected to reach the controller: ${said}`, { cause });
}
