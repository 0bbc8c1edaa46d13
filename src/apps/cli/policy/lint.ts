import { styleText } from 'node:util';
import { readPolicyFiles } from '../../../adapters/policy-files/read.ts';
import { parsePolicies } from '../../../core/policy/parse.ts';
import { formatProblem } from '../../../core/policy/problem.ts';

/** Prints all problems of all files, or what was found to be fine; resolves to the exit code, 0 or 1. */
export async function lintFiles(paths: readonly string[], output: 'text' | 'json', stdout: NodeJS.WriteStream): Promise<number> {
  const files = await readPolicyFiles(paths);
  const { policies, profiles, exemptions, problems } = parsePolicies(files);
  if (output === 'json') {
    const report = { files: files.map(({ file }) => file), policies: policies.length, profiles: profiles.length, exemptions: exemptions.length, problems };
    stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  } else {
    for (const problem of problems) stdout.write(`${formatProblem(problem)}\n`);
    const good = [counted(policies.length, 'good policy', 'good policies'), counted(profiles.length, 'good profile'), counted(exemptions.length, 'good exemption')];
    const counts = `${counted(files.length, 'file')}: ${good.join(', ')}`;
    const result = problems.length === 0 ? styleText('green', 'no problems', { stream: stdout }) : styleText('red', counted(problems.length, 'problem'), { stream: stdout });
    stdout.write(`${counts}, ${result}\n`);
  }
  return problems.length === 0 ? 0 : 1;
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
