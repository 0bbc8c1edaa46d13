import { readDocuments } from './documents.ts';
import { parseSources, type ParsedPolicies, type Source } from './parse-objects.ts';
import type { Problem } from './problem.ts';

export { parseObjects } from './parse-objects.ts';

export interface PolicyFile {
  readonly file: string;
  readonly text: string;
}

/** Reads YAML files of one or more documents; reports every problem of every file at once, in the order of files and lines. */
export function parsePolicies(files: readonly PolicyFile[]): ParsedPolicies {
  const problems: Problem[] = [];
  const sources = files.flatMap(({ file, text }): Source[] => {
    const read = readDocuments(text);
    problems.push(...read.problems.map((problem) => ({ file, path: '', ...problem })));
    return read.documents.map(({ value, locate }) => ({ file, value, locate: ({ path, key }) => locate(path, key) }));
  });
  const parsed = parseSources(sources);
  const order = new Map(files.map(({ file }, index) => [file, index]));
  const place = ({ file }: Problem): number => order.get(file) ?? 0;
  const sorted = [...problems, ...parsed.problems].sort((one, other) => place(one) - place(other) || one.line - other.line || one.column - other.column);
  return { ...parsed, problems: sorted };
}
