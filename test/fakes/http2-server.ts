import { createSecureServer, type IncomingHttpHeaders, type SecureServerOptions, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { contextFor, fakeAuthority } from './tool-server.ts';

export interface Http2Server {
  readonly port: number;
  readonly ca: string;
  readonly sessions: ReadonlySet<ServerHttp2Session>;
  /** Ever accepted. */
  readonly connections: () => number;
  readonly seen: readonly IncomingHttpHeaders[];
  close(): void;
}

/** A remote server that speaks HTTP/2 alone, on the loopback, under whatever name it is asked for; `answer` is given each stream. */
export async function startHttp2Server(answer: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void, options: SecureServerOptions = {}): Promise<Http2Server> {
  const authority = await fakeAuthority();
  const sessions = new Set<ServerHttp2Session>();
  const seen: IncomingHttpHeaders[] = [];
  let accepted = 0;
  const server = createSecureServer({ ...options, SNICallback: (name: string, done: (error: null, secure: ReturnType<typeof contextFor>) => void) => { done(null, contextFor(authority, name)); } });
  server.on('session', (session) => {
    accepted += 1;
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    seen.push(headers);
    stream.on('error', () => {});
    answer(stream, headers);
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return {
    port: (server.address() as AddressInfo).port, ca: authority.certificatePem, sessions, seen, connections: () => accepted,
    close: () => {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}
