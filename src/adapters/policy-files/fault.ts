import { formatProblem, type Problem } from '../../core/policy/problem.ts';

/** Files that cannot be obeyed. `unreadable`: the file system said no. `unfit`: there is no good policy in them; the message has one problem a line. */
export class PolicyFilesFault extends Error {
  override readonly name = 'PolicyFilesFault';
  readonly code: 'unreadable' | 'unfit';
  readonly problems: readonly Problem[];

  private constructor(code: PolicyFilesFault['code'], problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options);
    this.code = code;
    this.problems = problems;
  }

  static unreadable(path: string, why: string, cause?: unknown): PolicyFilesFault {
    return new PolicyFilesFault('unreadable', [{ file: path, line: 0, column: 0, path: '', message: why }], { cause });
  }

  static unfit(problems: readonly Problem[]): PolicyFilesFault {
    return new PolicyFilesFault('unfit', problems);
  }
}
