import { quoted } from '../../core/terms/quote.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { faultOfStatus, KubeFault } from './fault.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

/** One line is one object; etcd takes no larger ones than 1.5 MiB, and fields added on the way out never double it. */
const LONGEST_LINE = 4 * 1024 * 1024;

/**
 * How many seconds a watch is asked to last, with a spread so that not all of them come back at once. Bookmarks are a favour that API
 * servers do not grant to quiet collections: only an end that comes before `LONGEST_SILENCE` tells a quiet watch from a dead one.
 */
const SHORTEST_WATCH = 40;
const WATCH_SPREAD = 20;

/**
 * In milliseconds; a connection that is silent for longer than its watch may last has died without saying so. Nothing that was watched
 * counts for longer than this.
 */
export const LONGEST_SILENCE = 80_000;

/**
 * Opens one watch, and resolves once the API server has begun to answer: to the events after the query's `resourceVersion`, until
 * the API server ends it, which it does after less than a minute (`random` in [0, 1) says when).
 *
 * Both throw `KubeFault`: `gone` when the version is too old and everything must be listed again, `malformed` for lines that are
 * no watch events, and whatever the connection ends in.
 */
export async function openWatch(client: KubeClient, path: string, query: Readonly<Record<string, string>>, random: number, signal: AbortSignal): Promise<AsyncIterable<WatchEvent>> {
  const timeoutSeconds = String(SHORTEST_WATCH + Math.floor(random * WATCH_SPREAD));
  const body = await client.stream(path, { query: { ...query, watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds }, signal, idle: LONGEST_SILENCE });
  return events(path, body);
}

async function* events(path: string, body: AsyncIterable<Uint8Array>): AsyncIterable<WatchEvent> {
  for await (const line of lines(path, body)) {
    yield readEvent(path, line);
  }
}

async function* lines(path: string, body: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const parts = rest.split('\n');
    rest = parts.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      throw new KubeFault('malformed', `watch ${path}: expected events of at most ${LONGEST_LINE} characters a line, got a longer one`);
    }
    yield* parts.filter((part) => part !== '');
  }
}

function readEvent(path: string, line: string): WatchEvent {
  let event: { type?: unknown; object?: unknown };
  try {
    event = JSON.parse(line);
  } catch (cause) {
    throw new KubeFault('malformed', `watch ${path}: expected one JSON event a line, got ${quoted(line)}`, { cause });
  }
  if (event.type === 'ERROR') {
    throw statusFault(path, event.object);
  }
  if (!isType(event.type) || !isObject(event.object)) {
    throw new KubeFault('malformed', `watch ${path}: expected an event of a known type with an object, got type ${JSON.stringify(event.type)}`);
  }
  return { type: event.type, object: event.object };
}

function statusFault(path: string, status: unknown): KubeFault {
  const code = typeof status === 'object' && status !== null && 'code' in status && typeof status.code === 'number' ? status.code : 500;
  return faultOfStatus(`watch ${path}`, code, status);
}

function isType(type: unknown): type is WatchEvent['type'] {
  return type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED' || type === 'BOOKMARK';
}

function isObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && 'metadata' in value && typeof value.metadata === 'object' && value.metadata !== null;
}
