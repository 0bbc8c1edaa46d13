/** One mistake in one file. `line` and `column` count from 1; both are 0 where the object came without text. `path` is like `spec.tools[0].http.hosts[1]`. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
  readonly expected?: string;
  readonly nearest?: string;
}

/** Keys and positions from the root of a document. */
export type Path = readonly (string | number)[];

/** A mistake before it is known where in a file it stands; `key` is a key of the mapping at `path` that is itself at fault. */
export interface Finding {
  readonly path: Path;
  readonly key?: string;
  readonly message: string;
  readonly expected?: string | undefined;
  readonly nearest?: string | undefined;
}

/** `file:line:column: path: message (expected ...; did you mean ...?)` */
export function formatProblem({ file, line, column, path, message, expected, nearest }: Problem): string {
  const place = line === 0 ? file : `${file}:${line}:${column}`;
  const advice = [...(expected === undefined ? [] : [`expected ${expected}`]), ...(nearest === undefined ? [] : [`did you mean ${nearest}?`])];
  return `${place}: ${path === '' ? '' : `${path}: `}${message}${advice.length === 0 ? '' : ` (${advice.join('; ')})`}`;
}

const MOST = 100;

/** Of the problems of one file the first hundred, and before them how many there are: nobody reads thousands, and some are sent about. */
export function atMost(problems: readonly Problem[]): readonly Problem[] {
  const [first] = problems;
  if (first === undefined || problems.length <= MOST) return problems;
  const { file, line, column } = first;
  return [{ file, line, column, path: '', message: `${problems.length} problems begin here, of which ${MOST} are shown` }, ...problems.slice(0, MOST)];
}

/** `spec.tools[0].http.hosts[1]`; a key that is no plain word is quoted in brackets. */
export function formatPath(path: Path): string {
  return path.map((part, index) => formatPart(part, index === 0)).join('');
}

function formatPart(part: string | number, first: boolean): string {
  if (typeof part === 'number') return `[${part}]`;
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(part)) return `[${JSON.stringify(part)}]`;
  return first ? part : `.${part}`;
}
