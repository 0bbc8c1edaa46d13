import type { KubeClient, KubeObject } from './client.ts';
import { KubeFault } from './fault.ts';
import { type Informer, startInformer, type WatchSettings } from './informer.ts';
import { staleness } from './staleness.ts';

type Labels = Readonly<Record<string, string>>;

export interface Namespaces {
  readonly synced: boolean;
  /**
   * The labels of one namespace; undefined if there is none of that name. Answered from memory only where that is fresh and carries
   * `expected`: the API server may know of a new label some milliseconds before we do, never the other way round for long.
   *
   * Throws `KubeFault`.
   */
  labels(name: string, expected: string, signal: AbortSignal): Promise<Labels | undefined>;
  /** Names of the namespaces that carry the label, in order. */
  labelled(label: string): readonly string[];
  stop(): Promise<void>;
}

const PATH = '/api/v1/namespaces';

/** Follows the labels of all namespaces. */
export function watchNamespaces({ client, now, random, onFault }: WatchSettings): Namespaces {
  const informer = startInformer(client, { path: PATH, read: named, now, random, onFault });
  return {
    get synced() {
      return informer.synced;
    },
    async labels(name, expected, signal) {
      const cached = isFresh(informer, now()) ? informer.get(name)?.labels : undefined;
      return cached?.[expected] === undefined ? ask(client, name, signal) : cached;
    },
    labelled: (label) => informer.list().filter(({ labels }) => labels[label] !== undefined).map(({ name }) => name).sort(),
    stop: () => informer.stop(),
  };
}

interface Named {
  readonly name: string;
  readonly labels: Labels;
}

function named({ metadata }: KubeObject): Named {
  return { name: metadata.name, labels: metadata.labels ?? {} };
}

/** Stricter than elsewhere: while there is no watch the label may be changing, and asking is cheap. */
function isFresh(informer: Informer<Named>, now: number): boolean {
  return informer.connected && staleness('namespaces', informer, now) === undefined;
}

async function ask(client: KubeClient, name: string, signal: AbortSignal): Promise<Labels | undefined> {
  try {
    return named(await client.get(`${PATH}/${encodeURIComponent(name)}`, { signal, timeout: 3_000 })).labels;
  } catch (fault) {
    if (fault instanceof KubeFault && fault.code === 'not-found') return undefined;
    throw fault;
  }
}
