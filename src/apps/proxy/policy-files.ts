import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AgentPolicy } from '../../core/policy/model.ts';
import type { PolicyFile } from '../../core/policy/parse.ts';
import { formatProblem, type Problem } from '../../core/policy/problem.ts';
import type { Snapshot } from '../../core/policy/snapshot.ts';
import { fingerprint, readPolicyFiles } from './policy-folder.ts';
import type { Log, SnapshotSource } from './ports.ts';

export interface PolicyFilesSettings {
  /** A file, or a folder whose `*.yaml`, `*.yml` and `*.json` files count. */
  readonly path: string;
  /** Only policies of this namespace; absent: those of every namespace, as if they were of the first one's. */
  readonly namespace?: string;
  /** Without labels to compare, `agents.matchLabels` is not consulted, and each policy applies. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Milliseconds between looks at files whose changes nobody reports; default 1,000. */
  readonly pollInterval?: number;
  /** Told of each reload: the problems that kept the last good snapshot in force, or none. */
  readonly onReload?: (problems: readonly Problem[]) => void;
}

export interface PolicyFiles extends SnapshotSource {
  /** What a subject's namespace has to be for the policies to apply. */
  readonly namespace: string;
  /** Policies in the files that are of another namespace, as `namespace/name`. */
  readonly left: readonly string[];
  close(): void;
}

/** Policy files that cannot be obeyed. `problems` is empty where they could not even be read. */
export class PolicyFilesFault extends Error {
  override readonly name = 'PolicyFilesFault';
  readonly code: 'unreadable' | 'unfit';
  readonly problems: readonly Problem[];

  constructor(code: 'unreadable' | 'unfit', message: string, problems: readonly Problem[] = []) {
    super(message);
    this.code = code;
    this.problems = problems;
  }
}

const DEFAULT_POLL = 1_000;
/** Editors and the kubelet change several things in a row. */
const SETTLE = 50;
const FALLBACK_NAMESPACE = 'default';

/** Reads and then watches. Rejects with `PolicyFilesFault` and all problems when the first reading is bad; later ones leave the last good snapshot in force. */
export async function openPolicyFiles(settings: PolicyFilesSettings): Promise<PolicyFiles> {
  const seen = await look(settings.path);
  const first = await load(settings, settings.namespace, 1);
  if ('problems' in first) throw new PolicyFilesFault('unfit', first.problems.map(formatProblem).join('\n'), first.problems);
  const watched = new WatchedPolicies(settings, first, seen);
  await watched.start();
  return watched;
}

interface Loaded {
  readonly snapshot: Snapshot;
  readonly namespace: string;
  readonly left: readonly string[];
}

class WatchedPolicies implements PolicyFiles {
  readonly namespace: string;
  left: readonly string[];
  readonly #settings: PolicyFilesSettings;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #snapshot: Snapshot;
  #seen: string;
  #watcher: FSWatcher | undefined;
  #poll: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(settings: PolicyFilesSettings, first: Loaded, seen: string) {
    this.#settings = settings;
    this.#snapshot = first.snapshot;
    this.#seen = seen;
    this.namespace = first.namespace;
    this.left = first.left;
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
      if (now !== this.#seen) {
        this.#seen = now;
        this.#take(await load(this.#settings, this.namespace, this.#snapshot.generation + 1));
      }
    } catch (error) {
      this.#settings.log.error({ error: error instanceof Error ? error.message : String(error) }, 'the policy files cannot be read; the last good policy stays in force');
    } finally {
      this.#looking = false;
    }
  }

  #take(loaded: Loaded | { readonly problems: readonly Problem[] }): void {
    const { log, onReload } = this.#settings;
    if ('problems' in loaded) {
      log.error({ problems: loaded.problems.map(formatProblem) }, 'the policy files are refused; the last good policy stays in force');
      onReload?.(loaded.problems);
      return;
    }
    if (loaded.snapshot.digest === this.#snapshot.digest) return;
    this.#snapshot = loaded.snapshot;
    this.left = loaded.left;
    log.info({ generation: loaded.snapshot.generation, digest: loaded.snapshot.digest }, 'policy changed');
    onReload?.([]);
    for (const listener of this.#listeners) listener(loaded.snapshot);
  }
}

/** The state of the files; that they are missing is a state too, so that it is told once and not each second. */
async function look(path: string): Promise<string> {
  return await fingerprint(path).catch((error: unknown) => String(error));
}

async function load(settings: PolicyFilesSettings, namespace: string | undefined, generation: number): Promise<Loaded | { readonly problems: readonly Problem[] }> {
  const files = await readPolicyFiles(settings.path).catch((error: unknown) => {
    throw new PolicyFilesFault('unreadable', error instanceof Error ? error.message : String(error));
  });
  // The schema weighs tens of megabytes that a sidecar, which gets its policies over the link, need not carry.
  const [{ parsePolicies }, { compile }] = await Promise.all([import('../../core/policy/parse.ts'), import('../../core/policy/compile.ts')]);
  const parsed = parsePolicies(files);
  if (parsed.problems.length > 0) return { problems: parsed.problems };
  if (parsed.policies.length === 0) return { problems: [nothingIn(files, settings.path)] };
  const home = namespace ?? parsed.policies[0]?.metadata.namespace ?? FALLBACK_NAMESPACE;
  const own = settings.namespace === undefined ? parsed.policies.map((policy) => movedTo(policy, home)) : parsed.policies.filter((policy) => policy.metadata.namespace === home);
  const compiled = compile(settings.labels === undefined ? own.map(forEveryAgent) : own, { generation });
  if ('problems' in compiled) return compiled;
  const left = parsed.policies.filter((policy) => settings.namespace !== undefined && policy.metadata.namespace !== home).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  return { snapshot: compiled.snapshot, namespace: home, left };
}

function nothingIn(files: readonly PolicyFile[], path: string): Problem {
  return { file: files[0]?.file ?? path, line: 0, column: 0, path: '', message: 'there is no AgentPolicy here', expected: 'at least one' };
}

/** Without a namespace that is asked for, all count as one; a name keeps where it comes from. */
function movedTo(policy: AgentPolicy, namespace: string): AgentPolicy {
  const { metadata } = policy;
  return metadata.namespace === namespace ? policy : { ...policy, metadata: { name: `${metadata.namespace}.${metadata.name}`, namespace } };
}

function forEveryAgent(policy: AgentPolicy): AgentPolicy {
  const { agents: _, ...spec } = policy.spec;
  return { ...policy, spec };
}
