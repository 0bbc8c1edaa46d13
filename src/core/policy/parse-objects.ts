import type { Position } from './documents.ts';
import type { Exemption } from './exemption.ts';
import type { AgentPolicy } from './model.ts';
import { atMost, formatPath, type Finding, type Problem } from './problem.ts';
import type { SandboxProfile } from './profile.ts';
import { readObject, type ReadObject } from './read-object.ts';

export interface ParsedPolicies {
  readonly policies: readonly AgentPolicy[];
  readonly profiles: readonly SandboxProfile[];
  readonly exemptions: readonly Exemption[];
  /** Not empty: nothing of the rest may be put in force. */
  readonly problems: readonly Problem[];
}

/** A value on its way in, and what tells where its parts stand. */
export interface Source {
  readonly file: string;
  readonly value: unknown;
  locate(finding: Finding): Position;
}

/** Reads objects that came without text, as from the API server; `source` stands for the file's name. */
export function parseObjects(objects: readonly unknown[], source: string): ParsedPolicies {
  const parsed = parseSources(objects.map((value) => ({ file: source, value, locate: () => ({ line: 0, column: 0 }) })));
  return { ...parsed, problems: atMost(parsed.problems) };
}

/** Reads each, and refuses two of one name. */
export function parseSources(sources: readonly Source[]): ParsedPolicies {
  const policies: AgentPolicy[] = [];
  const profiles: SandboxProfile[] = [];
  const exemptions: Exemption[] = [];
  const problems: Problem[] = [];
  const names = new Map<string, string>();
  for (const source of sources) {
    const read = readObject(source.value);
    if ('findings' in read) {
      for (const finding of read.findings) problems.push(problemOf(source, finding));
      continue;
    }
    if ('policy' in read) policies.push(read.policy);
    else if ('profile' in read) profiles.push(read.profile);
    else exemptions.push(read.exemption);
    const { kind, name } = identity(read);
    const earlier = names.get(`${kind} ${name}`);
    const place: Finding = { path: ['metadata', 'name'], message: `${kind} ${name} stands in ${earlier} already` };
    if (earlier !== undefined) problems.push(problemOf(source, place));
    else names.set(`${kind} ${name}`, placeName(source.file, source.locate(place)));
  }
  return { policies, profiles, exemptions, problems };
}

const placeName = (file: string, { line }: Position): string => (line === 0 ? file : `${file}:${line}`);

function identity(read: Exclude<ReadObject, { findings: unknown }>): { kind: string; name: string } {
  if ('profile' in read) return { kind: 'SandboxProfile', name: read.profile.metadata.name };
  const { kind, metadata } = 'policy' in read ? read.policy : read.exemption;
  return { kind, name: `${metadata.namespace}/${metadata.name}` };
}

function problemOf(source: Source, finding: Finding): Problem {
  const { path, key, message, expected, nearest } = finding;
  return {
    file: source.file,
    ...source.locate(finding),
    path: formatPath(key === undefined ? path : [...path, key]),
    message,
    ...(expected !== undefined && { expected }),
    ...(nearest !== undefined && { nearest }),
  };
}
