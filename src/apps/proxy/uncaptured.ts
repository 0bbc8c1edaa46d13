import type { NoticeDraft } from '../../core/evidence/draft.ts';
import type { Snapshot } from '../../core/policy/snapshot.ts';
import type { SnapshotSource } from './ports.ts';

export interface UncapturedParts {
  readonly snapshots: SnapshotSource;
  /** The ports that are captured. */
  readonly captured: readonly number[];
  /** What would capture the others too: the end of the sentence. */
  readonly remedy: string;
  readonly say: (said: Omit<NoticeDraft, 'kind'>) => void;
}

/**
 * Tells, of the policies in force and of each that takes force later, which ports they list that are not captured: whoever wrote
 * them expects that any program can call there. Returns what ends it.
 */
export function watchUncaptured({ snapshots, captured, remedy, say }: UncapturedParts): () => void {
  const look = (snapshot: Snapshot): void => {
    const tools = toolsByPort(snapshot, new Set(captured));
    if (tools.size === 0) return;
    const sentence = `${[...tools].map(([port, names]) => `port ${port} of ${names.join(', ')}`).join(', ')} is reachable through the proxy variables only: ${remedy}.`;
    say({ event: 'port-not-captured', sentence: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`, facts: { ports: [...tools.keys()].join(','), generation: snapshot.generation } });
  };
  const first = snapshots.current();
  if (first !== undefined) look(first);
  return snapshots.onChange(look);
}

/** Names of tools by the ports that they list, ascending, without those that are captured. */
function toolsByPort({ compiled }: Snapshot, captured: ReadonlySet<number>): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, Set<string>>();
  for (const { tools } of compiled) {
    for (const { name, ports } of [...tools.exact.values(), ...tools.below.values()].flat()) {
      for (const port of ports) if (!captured.has(port)) found.set(port, (found.get(port) ?? new Set()).add(`tool ${name}`));
    }
  }
  return new Map([...found].sort(([one], [other]) => one - other).map(([port, names]) => [port, [...names]]));
}
