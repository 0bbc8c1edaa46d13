import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RecentlyUsed } from '../../core/terms/recently-used.ts';
import { TokenBucket } from '../../core/terms/token-bucket.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { asKubeFault, KubeFault, unlessFault } from './fault.ts';

/** The object that an Event is about, in the Event's own namespace. Without `uid` `kubectl describe` does not show it there. */
export interface EventSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

export interface Told {
  readonly namespace: string;
  /** What stands for the subject until it is looked up: what has the same here, the same reason and the same message is one Event. */
  readonly about: string;
  readonly subject: (signal: AbortSignal) => Promise<EventSubject>;
  readonly type: 'Normal' | 'Warning';
  /** One word in UpperCamelCase. */
  readonly reason: string;
  /** The same words each time the same happens; cut at 1,024 characters, the API's own limit. */
  readonly message: string;
}

export interface EventSettings {
  readonly client: KubeClient;
  /** Name of the program, as `source.component`. */
  readonly component: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds that what is alike is gathered before it is written, and between two writes; 1,000 and 200 unless told. */
  readonly timing?: { readonly gather: number; readonly between: number };
  readonly onFault?: (fault: KubeFault) => void;
  /** Told of each one that is left out. */
  readonly onDropped?: () => void;
}

export interface EventRecorder {
  /** Returns at once and never throws. */
  tell(event: Told): void;
  /** Leaves out what is not written yet. */
  stop(): Promise<void>;
}

/** Different ones that wait at once, and how many of them one namespace may have: nobody's noise keeps the others' from being told. */
const MOST_WAITING = 500;
const MOST_OF_NAMESPACE = 50;

/** New objects by namespace: a hundred at once, then one each half minute. What folds into one that is there costs nothing. */
const NEW_OBJECTS = { burst: 100, every: 30_000 };
const NAMESPACES = 1_000;

const MOST_ATTEMPTS = 4;
const LONGEST_MESSAGE = 1_024;

/**
 * Writes Events (core/v1), folded: what happens again raises `count` of the one that is there, also where another replica wrote it,
 * because its name is made of what it says. Best effort: what cannot be written is left out, and nobody waits for it.
 */
export function recordEvents(settings: EventSettings): EventRecorder {
  return new Recorder(settings);
}

interface Waiting {
  readonly event: Told;
  count: number;
  readonly first: number;
  last: number;
}

class Recorder implements EventRecorder {
  readonly #settings: EventSettings;
  readonly #timing: { readonly gather: number; readonly between: number };
  readonly #waiting = new Map<string, Waiting>();
  readonly #newObjects = new RecentlyUsed<string, TokenBucket>(NAMESPACES);
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(settings: EventSettings) {
    this.#settings = settings;
    this.#timing = settings.timing ?? { gather: 1_000, between: 200 };
  }

  tell(event: Told): void {
    if (this.#stopping.signal.aborted) return;
    const key = JSON.stringify([event.namespace, event.about, event.type, event.reason, event.message]);
    const now = this.#settings.now();
    const waiting = this.#waiting.get(key);
    if (waiting !== undefined) {
      waiting.count += 1;
      waiting.last = now;
    } else if (this.#hasRoom(event.namespace)) {
      this.#waiting.set(key, { event, count: 1, first: now, last: now });
      this.#running ??= this.#run();
    } else {
      this.#settings.onDropped?.();
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  #hasRoom(namespace: string): boolean {
    if (this.#waiting.size >= MOST_WAITING) return false;
    const own = [...this.#waiting.values()].filter(({ event }) => event.namespace === namespace);
    return own.length < MOST_OF_NAMESPACE;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    await sleep(this.#timing.gather, undefined, { signal, ref: false }).catch(() => undefined);
    for (const [key, waiting] of this.#waiting) {
      if (signal.aborted) break;
      this.#waiting.delete(key);
      await this.#write(waiting);
      await sleep(this.#timing.between, undefined, { signal, ref: false }).catch(() => undefined);
    }
    this.#running = undefined;
  }

  async #write(waiting: Waiting): Promise<void> {
    const { signal } = this.#stopping;
    try {
      const subject = await waiting.event.subject(signal);
      for (let attempt = 1; !(await this.#writeOnce(waiting, subject)); attempt += 1) {
        if (attempt === MOST_ATTEMPTS) throw new KubeFault('conflict', `Event ${nameOf(waiting.event, subject)}: changed by others at each of ${attempt} attempts`);
      }
    } catch (cause) {
      if (signal.aborted) return;
      this.#settings.onDropped?.();
      this.#settings.onFault?.(asKubeFault(cause));
    }
  }

  /** False where somebody else was quicker. */
  async #writeOnce(waiting: Waiting, subject: EventSubject): Promise<boolean> {
    const { client } = this.#settings;
    const { signal } = this.#stopping;
    const collection = `/api/v1/namespaces/${waiting.event.namespace}/events`;
    const name = nameOf(waiting.event, subject);
    try {
      const found = await unlessFault('not-found', () => client.get<KubeObject>(`${collection}/${name}`, { signal }));
      if (found !== undefined) await client.replace(`${collection}/${name}`, again(found, waiting), { signal });
      else if (this.#mayCreate(waiting.event.namespace)) await client.create(collection, this.#created(name, waiting, subject), { signal });
      else this.#settings.onDropped?.();
      return true;
    } catch (fault) {
      if (fault instanceof KubeFault && fault.code === 'conflict') return false;
      throw fault;
    }
  }

  #mayCreate(namespace: string): boolean {
    const bucket = this.#newObjects.get(namespace) ?? new TokenBucket(NEW_OBJECTS.burst, NEW_OBJECTS.every, this.#settings.now());
    this.#newObjects.set(namespace, bucket);
    return bucket.take(this.#settings.now());
  }

  #created(name: string, { event, count, first, last }: Waiting, { namespace, ...subject }: EventSubject): KubeObject {
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: { ...subject, namespace },
      type: event.type,
      reason: event.reason,
      message: event.message.slice(0, LONGEST_MESSAGE),
      count,
      firstTimestamp: time(first),
      lastTimestamp: time(last),
      source: { component: this.#settings.component },
      reportingComponent: this.#settings.component,
      reportingInstance: '',
    };
  }
}

/** Below the 253 characters of an object's name, whatever the subject's is. */
function nameOf({ type, reason, message }: Told, subject: EventSubject): string {
  const digest = hash('sha256', JSON.stringify([subject.apiVersion, subject.kind, subject.uid ?? '', subject.name, type, reason, message]), 'hex');
  return `${subject.name.slice(0, 200).replace(/[^a-z0-9]+$/, '') || 'event'}.${digest.slice(0, 16)}`;
}

function again(found: KubeObject, { count, last }: Waiting): KubeObject {
  const before = typeof found['count'] === 'number' ? found['count'] : 1;
  return { ...found, count: before + count, lastTimestamp: time(last) };
}

/** A Time (meta/v1), which has no fractions. */
function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
