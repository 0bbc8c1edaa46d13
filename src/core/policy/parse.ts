import { readDocuments } from './documents.ts';
import { parseSources, type ParsedPolicies, type Source } from './parse-objects.ts';
import { atMost, type Problem } from './problem.ts';

export { parseObjects } from './parse-objects.ts';

export interface PolicyFile {
  readonly file: string;
  readonly text: string;
}

/** Reads YAML files of one or more documents; reports every problem of every file at once, in the order of files and lines. */
export function parsePolicies(files: readonly PolicyFile[]): ParsedPolicies {
  const texts = files.map(({ file, text }) => ({ file, ...readDocuments(text, isBareOff) }));
  const parsed = parseSources(texts.flatMap(({ file, documents }) => documents.map(({ value, locate }): Source => ({ file, value, locate: ({ path, key }) => locate(path, key) }))));
  const unread = texts.flatMap(({ file, problems }) => problems.map((problem): Problem => ({ file, path: '', ...problem })));
  const byFile = Map.groupBy([...unread, ...parsed.problems], ({ file }) => file);
  return { ...parsed, problems: [...new Set(texts.map(({ file }) => file))].flatMap((file) => atMost((byFile.get(file) ?? []).sort(inOrder))) };
}

/** `tls: off`: YAML 1.2 reads the text, YAML 1.1 the boolean false, and of TLS the two say the same. */
const isBareOff = (word: string, keys: string): boolean => word === 'off' && keys === 'spec.tools.http.tls';

const inOrder = (one: Problem, other: Problem): number => one.line - other.line || one.column - other.column;
