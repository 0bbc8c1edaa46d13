import { assert, property, string } from 'fast-check';
import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { junit, type JunitCase } from '../../../../src/apps/cli/report/junit.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
}

/** What a strict XML parser makes of a text; throws where it is not well-formed. */
function elementsOf(xml: string): Element[] {
  const found: Element[] = [];
  const open: Element[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => { throw error; });
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '' };
    found.push(element);
    open.push(element);
  });
  parser.on('text', (text) => { const last = open.at(-1); if (last !== undefined) last.text += text; });
  parser.on('closetag', () => { open.pop(); });
  parser.write(xml).close();
  return found;
}

test('a report counts its suites and cases, as CI systems read them', () => {
  const cases: JunitCase[] = [
    { name: 'Pod agents/a', suite: 'a.yaml', file: 'a.yaml', line: 3 },
    { name: 'Pod agents/b', suite: 'a.yaml', failure: { summary: 'refused: 1 fault', details: 'it may run as root' } },
    { name: 'Pod agents/c', suite: 'b.yaml', output: 'a warning' },
  ];
  expect(elementsOf(junit('sallyport check', cases)).map(({ name, attributes, text }) => ({ name, ...attributes, ...(text.trim() === '' ? {} : { text }) }))).toEqual([
    { name: 'sallyport check', tests: '3', failures: '1', errors: '0', skipped: '0' },
    { name: 'a.yaml', tests: '2', failures: '1', errors: '0', skipped: '0' },
    { name: 'Pod agents/a', classname: 'a.yaml', time: '0', file: 'a.yaml', line: '3' },
    { name: 'Pod agents/b', classname: 'a.yaml', time: '0' },
    { name: 'failure', message: 'refused: 1 fault', text: 'it may run as root' },
    { name: 'b.yaml', tests: '1', failures: '0', errors: '0', skipped: '0' },
    { name: 'Pod agents/c', classname: 'b.yaml', time: '0' },
    { name: 'system-out', text: 'a warning' },
  ]);
});

const readable = (text: string): string => text.toWellFormed().replaceAll(/[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');

test('a report is well-formed whatever stands in it, and says it all', () => {
  assert(property(string({ unit: 'binary' }), string({ unit: 'binary' }), (name, details) => {
    const [suites, , one, failure] = elementsOf(junit(name, [{ name, suite: name, failure: { summary: details, details } }]));
    expect([suites?.attributes['name'], one?.attributes['name'], failure?.text]).toEqual([readable(name).replaceAll('\t', ' '), readable(name).replaceAll('\t', ' '), readable(details)]);
  }), { numRuns: 200 });
});
