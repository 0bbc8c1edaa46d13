/** One case of a JUnit report. */
export interface JunitCase {
  readonly name: string;
  /** What it belongs to, such as a file. */
  readonly suite: string;
  readonly file?: string;
  readonly line?: number;
  /** What is wrong, first in one line and then whole; absent where nothing is. */
  readonly failure?: { readonly summary: string; readonly details: string };
  /** What is worth reading where nothing is wrong. */
  readonly output?: string;
}

/** A report as CI systems read it: the XML of JUnit's Ant task, one suite for each name. */
export function junit(name: string, cases: readonly JunitCase[]): string {
  const suites = Map.groupBy(cases, ({ suite }) => suite);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${attributes({ name, ...counts(cases) })}>`,
    ...[...suites].flatMap(([suite, members]) => [`  <testsuite ${attributes({ name: suite, ...counts(members) })}>`, ...members.map(caseOf), '  </testsuite>']),
    '</testsuites>',
    '',
  ].join('\n');
}

function counts(cases: readonly JunitCase[]): Record<string, number> {
  return { tests: cases.length, failures: cases.filter(({ failure }) => failure !== undefined).length, errors: 0, skipped: 0 };
}

function caseOf({ name, suite, file, line, failure, output }: JunitCase): string {
  const head = `    <testcase ${attributes({ name, classname: suite, time: 0, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) })}`;
  const inside = [
    ...(failure === undefined ? [] : [`      <failure ${attributes({ message: failure.summary })}>${escaped(failure.details)}</failure>`]),
    ...(output === undefined ? [] : [`      <system-out>${escaped(output)}</system-out>`]),
  ];
  return inside.length === 0 ? `${head}/>` : [`${head}>`, ...inside, '    </testcase>'].join('\n');
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${escaped(String(value)).replaceAll('\n', '&#10;')}"`).join(' ');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 has no way at all to write the other control characters, nor half a pair. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd').replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}
