import { readFileSync } from 'node:fs';
import { Agent, type Dispatcher } from 'undici';

/** How requests reach one API server, and as whom. */
export interface Access {
  /** Base URL of the API server. */
  readonly server: string;
  /** What the next request needs; rejects where credentials cannot be had. */
  prepare(): Promise<Prepared>;
  close(): Promise<void>;
}

export interface Prepared {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
}

/** What was written down, or a file that whoever rotates it writes anew. */
export type Source = { readonly text: string } | { readonly file: string };

/** Credentials for which nobody has to be asked. */
export interface Credentials {
  readonly server: string;
  /** PEM. Absent: the system's own authorities. */
  readonly ca?: Source;
  readonly cert?: Source;
  readonly key?: Source;
  readonly token?: Source;
  readonly serverName?: string;
  readonly insecure?: boolean;
}

/** HTTP/2 is left off: one flow-controlled connection would let a slow watch stall every other request. */
export const WIRE = { allowH2: false, headersTimeout: 30_000, connectTimeout: 10_000 } as const;

/** A kubelet renews a token when a fifth of its life is left, minutes before it ends. */
const READ_AGAIN = 30_000;

/**
 * Connections under given credentials. All requests share one dispatcher for as long as its certificates stay the same; a rotated CA
 * or client certificate gets another, and the old one ends when its last request has.
 *
 * @param clock monotonic milliseconds
 */
export function plainAccess(credentials: Credentials, clock: () => number): Access {
  let current: { readonly read: number; readonly key: string; readonly dispatcher: Agent; readonly headers: Record<string, string> } | undefined;
  const renew = (): Prepared => {
    const [ca, cert, key, token] = [credentials.ca, credentials.cert, credentials.key, credentials.token].map(textOf);
    const fingerprint = JSON.stringify([ca, cert, key]);
    const kept = current?.key === fingerprint ? current.dispatcher : undefined;
    if (kept === undefined) void current?.dispatcher.close();
    const connect = { ca, cert, key, servername: credentials.serverName, rejectUnauthorized: credentials.insecure !== true, keepAlive: true, keepAliveInitialDelay: 30_000 };
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token.trim()}` };
    current = { read: clock(), key: fingerprint, dispatcher: kept ?? new Agent({ ...WIRE, connect: withoutUndefined(connect) }), headers };
    return current;
  };
  return {
    server: credentials.server,
    // A file that cannot be read rejects.
    prepare: async () => (current !== undefined && clock() - current.read < READ_AGAIN ? current : renew()),
    async close() {
      await current?.dispatcher.destroy();
      current = undefined;
    },
  };
}

function textOf(source: Source | undefined): string | undefined {
  if (source === undefined) return undefined;
  return 'text' in source ? source.text : readFileSync(source.file, 'utf8');
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
