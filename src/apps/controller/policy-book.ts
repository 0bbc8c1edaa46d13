import { compile } from '../../core/policy/compile.ts';
import type { AgentPolicy } from '../../core/policy/model.ts';
import { formatProblem } from '../../core/policy/problem.ts';
import { selects } from '../../core/policy/selects.ts';
import type { Subject } from '../../core/terms/subject.ts';
import type { PolicyReading } from './policy-reading.ts';

/** What one subject is judged by. */
export interface Selection {
  readonly policies: readonly AgentPolicy[];
  /** Of the compiled policies, as `Snapshot.digest`. */
  readonly digest: string;
  /** One sentence for each policy that is not in force as it is written. */
  readonly problems: readonly string[];
}

interface Entry {
  /** The last version that could be read. */
  readonly inForce?: AgentPolicy;
  readonly problem?: string;
  /** Whom a version that could not be read may be for; absent: every agent of the namespace. */
  readonly agents?: AgentPolicy['spec']['agents'];
}

/**
 * All policies, each in the last version that could be read.
 *
 * A policy that never could be is not left out: it might deny what another allows. As long as it stands there, no policy is in
 * force for the pods that it may select, so that everything is denied to them: those with its labels, and all pods of its namespace
 * where its labels cannot be read either.
 */
export class PolicyBook {
  readonly #namespaces = new Map<string, Map<string, Entry>>();
  /** Selections by the policies in them; every pod of a Deployment has the same. */
  readonly #selections = new Map<string, Selection>();

  put({ namespace, name, policy, problem, agents }: PolicyReading): void {
    const entries = this.#namespaces.get(namespace) ?? new Map<string, Entry>();
    const inForce = policy ?? entries.get(name)?.inForce;
    entries.set(name, { ...(inForce && { inForce }), ...(problem !== undefined && { problem }), ...(agents && { agents }) });
    this.#namespaces.set(namespace, entries);
    this.#selections.clear();
  }

  remove({ namespace, name }: PolicyReading): void {
    const entries = this.#namespaces.get(namespace);
    entries?.delete(name);
    if (entries?.size === 0) this.#namespaces.delete(namespace);
    this.#selections.clear();
  }

  /** How many policies are not in force as they are written. */
  get broken(): number {
    return [...this.#namespaces.values()].flatMap((entries) => [...entries.values()]).filter(({ problem }) => problem !== undefined).length;
  }

  select(subject: Subject): Selection {
    const entries = this.#namespaces.get(subject.namespace) ?? new Map<string, Entry>();
    const names = [...entries.keys()].filter((name) => mayApply(entries.get(name), subject)).sort();
    const key = JSON.stringify([subject.namespace, names]);
    const known = this.#selections.get(key);
    if (known !== undefined) return known;
    const selection = compose(names.flatMap((name) => entries.get(name) ?? []));
    this.#selections.set(key, selection);
    return selection;
  }
}

function mayApply(entry: Entry | undefined, subject: Subject): boolean {
  if (entry?.inForce !== undefined) return selects(entry.inForce, subject);
  return selects({ metadata: { namespace: subject.namespace }, spec: { agents: entry?.agents } }, subject);
}

function compose(entries: readonly Entry[]): Selection {
  const problems = entries.flatMap(({ problem }) => problem ?? []);
  const policies = entries.flatMap(({ inForce }) => inForce ?? []);
  if (policies.length < entries.length) return nothing(problems);
  const compiled = compile(policies, { generation: 1 });
  if ('problems' in compiled) return nothing([...problems, ...compiled.problems.map(formatProblem)]);
  return { policies: compiled.snapshot.policies, digest: compiled.snapshot.digest, problems };
}

function nothing(problems: readonly string[]): Selection {
  const compiled = compile([], { generation: 1 });
  if ('problems' in compiled) throw new TypeError('expected no policies to compile');
  return { policies: [], digest: compiled.snapshot.digest, problems };
}
