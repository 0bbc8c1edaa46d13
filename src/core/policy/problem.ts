/** One mistake in one file. `line` and `column` count from 1; 0 where the object had no text. `path` is like `spec.tools[0].http.hosts[1]`. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
  readonly expected?: string;
  readonly nearest?: string;
}

/** `file:line:column: path: message (expected ...; did you mean ...?)` */
export function formatProblem(problem: Problem): string {
  return problem.message;
}
