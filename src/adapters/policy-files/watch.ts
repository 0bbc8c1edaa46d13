import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { compileForAgent, type AgentSnapshot, type ClaimedAgent, type Omission } from '../../core/policy/for-agent.ts';
import { formatProblem, type Problem } from '../../core/policy/problem.ts';
import type { Snapshot } from '../../core/policy/snapshot.ts';
import { PolicyFilesFault } from './fault.ts';
import { fingerprint, readPolicies } from './read.ts';

export interface PolicyFilesSettings {
  /** A file, or a folder whose `*.yaml`, `*.yml` and `*.json` files count. */
  readonly path: string;
  /** Whose policies they are; absent: anybody's. */
  readonly agent?: ClaimedAgent;
  readonly log: {
    info(facts: object, message: string): void;
    error(facts: object, message: string): void;
  };
  /** Milliseconds between looks at files whose changes nobody reports; default 1,000. */
  readonly pollInterval?: number;
  /** Told of each reload: the problems that kept the last good snapshot in force, or none. */
  readonly onReload?: (problems: readonly Problem[]) => void;
}

export interface PolicyFiles {
  current(): Snapshot;
  /** Called after each change; returns what ends the subscription. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
  /** What a subject's namespace has to be for the policies to apply. */
  readonly namespace: string;
  /** What in the current files is not obeyed. */
  readonly omissions: readonly Omission[];
  close(): void;
}

const DEFAULT_POLL = 1_000;
/** Editors and the kubelet change several things in a row. */
const SETTLE = 50;

/** Reads and then watches. Rejects with `PolicyFilesFault` and all problems when the first reading is bad; later ones leave the last good snapshot in force. */
export async function openPolicyFiles(settings: PolicyFilesSettings): Promise<PolicyFiles> {
  const seen = await look(settings.path);
  const watched = new WatchedPolicies(settings, await load(settings.path, settings.agent ?? {}, 1), seen);
  await watched.start();
  return watched;
}

class WatchedPolicies implements PolicyFiles {
  readonly namespace: string;
  omissions: readonly Omission[];
  readonly #settings: PolicyFilesSettings;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #snapshot: Snapshot;
  #seen: string;
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(settings: PolicyFilesSettings, first: AgentSnapshot, seen: string) {
    this.#settings = settings;
    this.#snapshot = first.snapshot;
    this.#seen = seen;
    this.namespace = first.namespace;
    this.omissions = first.omissions;
  }

  current(): Snapshot {
    return this.#snapshot;
  }

  onChange(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  async start(): Promise<void> {
    const { path, pollInterval = DEFAULT_POLL } = this.#settings;
    this.#poll = setInterval(() => { void this.#check(); }, pollInterval).unref();
    try {
      // Of a file it is the folder that is watched: a file that is replaced is another file.
      const folder = (await stat(path)).isDirectory() ? path : dirname(path);
      this.#watcher = watch(folder, { persistent: false }, () => { this.#settle(); });
      this.#watcher.on('error', () => { this.#watcher?.close(); });
    } catch {
      // No notification to be had on this file system or in this container: the poll remains.
    }
  }

  close(): void {
    clearInterval(this.#poll);
    clearTimeout(this.#settling);
    this.#watcher?.close();
    this.#listeners.clear();
  }

  #settle(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => { void this.#check(); }, SETTLE).unref();
  }

  async #check(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const now = await look(this.#settings.path);
      if (now === this.#seen) return;
      this.#seen = now;
      this.#take(await load(this.#settings.path, { ...this.#settings.agent, home: this.namespace }, this.#snapshot.generation + 1));
    } catch (error) {
      this.#refuse(error instanceof PolicyFilesFault ? error : PolicyFilesFault.unreadable(this.#settings.path, String(error)));
    } finally {
      this.#looking = false;
    }
  }

  #refuse({ problems }: PolicyFilesFault): void {
    this.#settings.log.error({ problems: problems.map(formatProblem) }, 'the policy files are refused; the last good policy stays in force');
    this.#settings.onReload?.(problems);
  }

  #take({ snapshot, omissions }: AgentSnapshot): void {
    if (snapshot.digest === this.#snapshot.digest) return;
    this.#snapshot = snapshot;
    this.omissions = omissions;
    this.#settings.log.info({ generation: snapshot.generation, digest: snapshot.digest }, 'policy changed');
    this.#settings.onReload?.([]);
    for (const listener of this.#listeners) listener(snapshot);
  }
}

/** The state of the files; that they are missing is a state too, so that it is told once and not each second. */
async function look(path: string): Promise<string> {
  return await fingerprint(path).catch((error: unknown) => String(error));
}

async function load(path: string, agent: ClaimedAgent, generation: number): Promise<AgentSnapshot> {
  const compiled = compileForAgent(await readPolicies([path]), agent, { generation });
  if ('problems' in compiled) throw PolicyFilesFault.unfit(compiled.problems);
  return compiled;
}
