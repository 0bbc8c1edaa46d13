import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { reviewOwnObject } from '../../src/core/admission/own-kinds.ts';
import { ROOT } from './imports.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const COMMAND = "$(date -u -d '+7 days' +%FT%TZ)";

/** What the shell makes of the page's command, seven days on. */
function sample(): { readonly metadata: object } {
  const page = readFileSync(join(ROOT, 'docs/exemptions.md'), 'utf8');
  const text = /<<EOF\n([^]*?)\nEOF\n/.exec(page)?.[1] ?? '';
  expect(text).toContain(COMMAND);
  return parse(text.replace(COMMAND, '2026-03-08T12:00:00Z')) as { metadata: object };
}

test('the Exemption of docs/exemptions.md can be applied as it stands', () => {
  const kind = { group: 'sallyport.dev', version: 'v1alpha1', kind: 'Exemption' };
  const resource = { group: 'sallyport.dev', version: 'v1alpha1', resource: 'exemptions' };
  const object = sample();
  const created = { ...object, metadata: { ...object.metadata, creationTimestamp: '2026-03-01T12:00:00Z' } };
  const answer = reviewOwnObject({ uid: 'a', kind, resource, namespace: 'sallyport-system', name: 'triage-cache', operation: 'CREATE', object: created }, NOW);
  expect(answer.faults).toEqual([]);
});
