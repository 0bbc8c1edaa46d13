import { parentDomain } from '../address/pattern.ts';
import type { HostName } from '../terms/authority.ts';
import type { CompiledPolicy, CompiledTool, ToolIndex } from './compiled.ts';
import type { AgentPolicy } from './model.ts';
import { endpointOf } from './protocols.ts';

/** Everything that is judged by at one time; deeply immutable. Only `compile` and `renew` make one. */
export interface Snapshot {
  /** Counts up with each change at its source. */
  readonly generation: number;
  /** `sha256:` and hex of the canonical JSON (RFC 8785) of `policies`. */
  readonly digest: string;
  /** As written, sorted by namespace and name: what the link carries. */
  readonly policies: readonly AgentPolicy[];
  /** Milliseconds since the epoch after which nothing may be allowed by it. */
  readonly validUntil?: number;
  /** The policies again, in the same order, as `evaluate` reads them. */
  readonly compiled: readonly CompiledPolicy[];
  /** Whether any policy has to see bodies. */
  readonly readsBodies: boolean;
}

/** The same snapshot, good for longer (or shorter). */
export function renew(snapshot: Snapshot, validUntil: number): Snapshot {
  return Object.freeze({ ...snapshot, validUntil });
}

/** The tools of the most specific pattern that a host matches; empty: nobody lists it. */
export function toolsFor(index: ToolIndex, host: HostName): readonly CompiledTool[] {
  return index.exact.get(host) ?? index.below.get(parentDomain(host)) ?? [];
}

/** Whether any tool of any policy lists the host. */
export function mentionsHost(snapshot: Snapshot, host: HostName): boolean {
  return snapshot.compiled.some(({ tools }) => toolsFor(tools, host).length > 0);
}

/** Every port that any tool lists, ascending. */
export function listedPorts(snapshot: Snapshot): readonly number[] {
  const ports = snapshot.compiled.flatMap(({ tools }) => [...tools.exact.values(), ...tools.below.values()].flat()).flatMap((tool) => tool.ports);
  return [...new Set(ports)].sort((one, other) => one - other);
}

/** Every host pattern that any tool of these policies lists. */
export function listedHosts(policies: readonly CompiledPolicy[]): string[] {
  return policies.flatMap(({ source }) => source.spec.tools.flatMap((tool) => endpointOf(tool).hosts));
}
