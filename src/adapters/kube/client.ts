import { type Dispatcher, request as send } from 'undici';
import { errorText } from '../../core/terms/error-text.ts';
import { quoted } from '../../core/terms/quote.ts';
import { InputFault } from '../command-line/input-fault.ts';
import { systemReason } from '../command-line/input-file.ts';
import { type Access, plainAccess } from './access.ts';
import { faultOfStatus, KubeFault } from './fault.ts';
import { ownCredentials, plainCredentials } from './kubeconfig.ts';
import { pluginAccess } from './plugin-access.ts';

/** What every object of the API server has; the rest is for whoever asked to read with care. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

type PatchType = 'merge' | 'json' | 'apply';

export interface RequestOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole answer; 10,000 unless told. */
  readonly timeout?: number;
}

export interface KubeClient {
  /** Base URL of the API server. */
  readonly server: string;
  get<T = KubeObject>(path: string, options?: RequestOptions): Promise<T>;
  create<T = KubeObject>(path: string, body: unknown, options?: RequestOptions): Promise<T>;
  replace<T = KubeObject>(path: string, body: unknown, options?: RequestOptions): Promise<T>;
  patch<T = KubeObject>(path: string, type: PatchType, body: unknown, options?: RequestOptions): Promise<T>;
  delete(path: string, options?: RequestOptions): Promise<void>;
  /** The body of a GET as it arrives, for watches. Ends in a `KubeFault` `timeout` after `idle` ms without a byte. */
  stream(path: string, options: { query: Readonly<Record<string, string>>; signal: AbortSignal; idle: number }): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/**
 * Connects to the API server that `kubeconfig` names, or else to the cluster that this process runs in.
 *
 * Nothing is sent yet. Throws `InputFault` if there is neither, or the file cannot be used.
 */
export function connectKube(options: { kubeconfig?: string } = {}): KubeClient {
  const access = findAccess(options.kubeconfig);
  const call = <T>(method: Method, path: string, options?: RequestOptions, body?: Body): Promise<T> => exchange<T>(access, method, path, options, body);
  return {
    server: access.server,
    get: (path, options) => call('GET', path, options),
    create: (path, body, options) => call('POST', path, options, { type: 'application/json', body }),
    replace: (path, body, options) => call('PUT', path, options, { type: 'application/json', body }),
    patch: (path, type, body, options) => call('PATCH', path, options, { type: PATCH_TYPES[type], body }),
    delete: async (path, options) => {
      await call('DELETE', path, options);
    },
    stream: (path, options) => openStream(access, path, options),
    close: () => access.close(),
  };
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Body {
  readonly type: string;
  readonly body: unknown;
}

/** The API server takes a patch for what its content type says, so it is never left to a default. */
const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

function findAccess(kubeconfig: string | undefined): Access {
  if (kubeconfig !== undefined) return accessBy(kubeconfig);
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443' } = process.env;
  if (host === undefined) throw new InputFault('unreadable', 'this process runs in no cluster; name one with --kubeconfig <file>');
  return plainAccess(ownCredentials(host, port), () => performance.now());
}

function accessBy(kubeconfig: string): Access {
  let found: ReturnType<typeof pluginAccess>;
  try {
    const credentials = plainCredentials(kubeconfig);
    found = credentials === undefined ? pluginAccess(kubeconfig) : plainAccess(credentials, () => performance.now());
  } catch (cause) {
    throw new InputFault('unreadable', `--kubeconfig: ${kubeconfig}: cannot be read (${systemReason(cause).split('\n')[0]})`, cause);
  }
  if ('server' in found) return found;
  throw new InputFault('unfit', `--kubeconfig: ${kubeconfig}: expected a kubeconfig whose current context names a cluster, got context ${found.context || 'none'}`);
}

async function exchange<T>(access: Access, method: Method, path: string, options: RequestOptions = {}, body?: Body): Promise<T> {
  const what = `${method} ${path}`;
  const limit = AbortSignal.timeout(options.timeout ?? 10_000);
  const signal = options.signal === undefined ? limit : AbortSignal.any([options.signal, limit]);
  const answer = await reach(what, () => begin(access, url(access.server, path, options.query), method, signal, body));
  const content = await reach(what, () => answer.body.text());
  const value = parse(content);
  if (answer.statusCode >= 300) {
    throw faultOfStatus(what, answer.statusCode, value ?? content);
  }
  if (value === undefined) {
    throw new KubeFault('malformed', `${what}: expected JSON, got ${quoted(content)}`);
  }
  return value as T;
}

async function openStream(
  access: Access,
  path: string,
  options: { query: Readonly<Record<string, string>>; signal: AbortSignal; idle: number },
): Promise<AsyncIterable<Uint8Array>> {
  const what = `GET ${path}`;
  const answer = await reach(what, () => begin(access, url(access.server, path, options.query), 'GET', options.signal, undefined, options.idle));
  if (answer.statusCode !== 200) {
    const content = await reach(what, () => answer.body.text());
    throw faultOfStatus(what, answer.statusCode, parse(content) ?? content);
  }
  return chunks(what, answer.body);
}

async function* chunks(what: string, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    throw unreached(what, cause);
  }
}

async function begin(access: Access, target: URL, method: Method, signal: AbortSignal, body?: Body, bodyTimeout = 30_000): Promise<Dispatcher.ResponseData> {
  const { dispatcher, headers } = await access.prepare();
  // The key set of the API server has a media type of its own, and asking for JSON alone gets a 406.
  return send(target, {
    method,
    signal,
    bodyTimeout,
    dispatcher,
    headers: { accept: 'application/json, */*;q=0.1', ...headers, ...(body === undefined ? {} : { 'content-type': body.type }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body.body) }),
  });
}

function url(server: string, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const target = new URL(server.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query)) {
    target.searchParams.set(name, value);
  }
  return target;
}

async function reach<T>(what: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw unreached(what, cause);
  }
}

function unreached(what: string, cause: unknown): KubeFault {
  const name = cause instanceof Error ? cause.name : '';
  const late = name === 'TimeoutError' || name === 'BodyTimeoutError' || name === 'HeadersTimeoutError';
  return new KubeFault(late ? 'timeout' : 'unreachable', `${what}: ${late ? 'no answer in time' : errorText(cause)}`, { cause });
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
