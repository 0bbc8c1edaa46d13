import type { AgentPolicy } from './model.ts';
import type { Problem } from './problem.ts';
import type { SandboxProfile } from './profile.ts';

export interface PolicyFile {
  readonly file: string;
  readonly text: string;
}

export interface ParsedPolicies {
  readonly policies: readonly AgentPolicy[];
  readonly profiles: readonly SandboxProfile[];
  /** Not empty: nothing of the rest may be used. */
  readonly problems: readonly Problem[];
}

/** Reads YAML files of one or more documents; reports every problem of every file at once. */
export function parsePolicies(_files: readonly PolicyFile[]): ParsedPolicies {
  return { policies: [], profiles: [], problems: [] };
}

/** The same for objects that came without text, as from the API server or the link; `source` stands for the file's name. */
export function parseObjects(_objects: readonly unknown[], _source: string): ParsedPolicies {
  return { policies: [], profiles: [], problems: [] };
}
