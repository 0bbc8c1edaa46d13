import { formatProblem, type Problem } from '../../core/policy/problem.ts';
import { InputFault } from '../command-line/input-fault.ts';

/** Files that cannot be obeyed. `unreadable`: the file system said no. `unfit`: there is no good policy in them; the message has one problem a line. */
export class PolicyFilesFault extends InputFault {
  override readonly name = 'PolicyFilesFault';
  readonly problems: readonly Problem[];

  private constructor(code: 'unreadable' | 'unfit', problems: readonly Problem[], cause?: unknown) {
    super(code, problems.map(formatProblem).join('\n'), cause);
    this.problems = problems;
  }

  static unreadable(path: string, why: string, cause?: unknown): PolicyFilesFault {
    return new PolicyFilesFault('unreadable', [{ file: path, line: 0, column: 0, path: '', message: why }], cause);
  }

  static unfit(problems: readonly Problem[]): PolicyFilesFault {
    return new PolicyFilesFault('unfit', problems);
  }
}
