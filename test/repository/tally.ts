// Prints "PASSED FAILED SKIPPED" from vitest's JSON report, and each skipped test with the reason in its name.
import { readFileSync } from 'node:fs';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[];
}

const report = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Report;
const filesThatFailedToLoad = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
for (const test of report.testResults.flatMap((file) => file.assertionResults)) {
  if (test.status === 'pending' || test.status === 'skipped') process.stderr.write(`   skipped: ${test.fullName}\n`);
}
process.stdout.write(`${report.numPassedTests} ${report.numFailedTests + filesThatFailedToLoad} ${report.numPendingTests + report.numTodoTests}\n`);
