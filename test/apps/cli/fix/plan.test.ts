import { parse, Parser } from 'yaml';
import { array, assert, boolean, constantFrom, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixText } from '../../../../src/apps/cli/fix/plan.ts';
import { parseManifests } from '../../../../src/apps/cli/manifest/read.ts';
import { reviewManifests } from '../../../../src/apps/cli/manifest/review.ts';
import { FIXABLE_REASONS } from '../../../../src/core/checks/fixes.ts';
import { BUILT_IN_PROFILES } from '../../../../src/core/policy/profile.ts';
import { expectGolden } from '../../../golden/compare.ts';
import { SETTINGS } from '../../../core/checks/pods.ts';
import { unifiedDiff } from '../../../../src/apps/cli/fix/unified-diff.ts';
import { ALL_CHECKS, CORPUS, NO_CHECKS, RESTYLED, worldIn } from './corpus.ts';

const fixed = (text: string, also = NO_CHECKS): string => fixText('a.yaml', text, worldIn(text), also).text;

const pod = (spec: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n${spec}`;

/** The comments of a text, in order. */
function comments(text: string): string[] {
  const found: string[] = [];
  const walk = (token: unknown): void => {
    if (typeof token !== 'object' || token === null) return;
    if ('type' in token && token.type === 'comment' && 'source' in token) found.push(String(token.source).trimEnd());
    for (const member of Object.values(token)) (Array.isArray(member) ? member : [member]).forEach(walk);
  };
  for (const token of new Parser().parse(text)) walk(token);
  return found;
}

/** Up to the value of a key, or the whole line. */
const keyOf = (line: string): string => line.slice(1).split(': ')[0] ?? '';

describe.each([['by itself', NO_CHECKS], ['with every check decided for', ALL_CHECKS]])('fix %s', (_, also) => {
  test.each(['checks/', 'pods/'])('of golden %s is the same when done again, leaves every comment and all other lines, and only what a person has to decide', (folder) => {
    for (const { name, text } of [...CORPUS, ...RESTYLED].filter((one) => one.name.startsWith(folder))) {
      const world = worldIn(text);
      const once = fixText('a.yaml', text, world, also);
      expect(fixText('a.yaml', once.text, world, also).splices, name).toEqual([]);
      expect(comments(once.text), name).toEqual(comments(text));

      const diff = unifiedDiff('a.yaml', text, once.splices).split('\n').slice(2);
      const [removed, added] = ['-', '+'].map((mark) => diff.filter((line) => line.startsWith(mark)).map(keyOf));
      expect(removed?.filter((key) => !added?.includes(key)), name).toEqual([]);

      const { reviewed } = reviewManifests(parseManifests('a.yaml', once.text), world, () => SETTINGS, 0);
      const left = reviewed.flatMap(({ faults }) => faults).filter(({ check, reason }) => also.has(check) && FIXABLE_REASONS.includes(reason));
      expect(left.map(({ reason, field }) => `${reason} ${field}`), name).toEqual([]);
    }
  });
});

/** As a part of something that is indented. */
const indent = (text: string, by: number): string => text.split('\n').map((line) => (line.startsWith('#') ? `${' '.repeat(by)}# ${line.slice(1)}` : ' '.repeat(by) + line)).join('\n');

test('fix of pods of any shape, written in any style, is idempotent and keeps what is not hardened', () => {
  const context = constantFrom('', 'securityContext: {}', 'securityContext:', 'securityContext: ~', 'securityContext: {runAsNonRoot: true}', 'securityContext: { runAsUser: 5 } # mine', 'securityContext:\n#capabilities:\n  capabilities:\n    drop:\n    - NET_RAW\n#end');
  const container = tuple(constantFrom('app', '"quoted"', "'single'"), context, constantFrom('', 'command:\n- |\n  echo "# no comment"\n\n  exit 0', 'args: [ "a", b ]   # odd   spacing'));
  assert(property(array(container, { minLength: 1, maxLength: 3 }), context, boolean(), boolean(), constantFrom(2, 4), (containers, ofPod, specFirst, crlf, unit) => {
    const list = containers.map(([name, own, more]) => `- name: ${name}\n${[own, more].filter((part) => part !== '').map((part) => `${indent(part, 2)}\n`).join('')}`).join('').trimEnd();
    const parts = [`containers:\n${list}`, ...(ofPod === '' ? [] : [ofPod])];
    const body = indent((specFirst ? parts.toReversed() : parts).join('\n'), unit);
    const text = pod(`${body}\n# the end\n`).replaceAll('\n', crlf ? '\r\n' : '\n');
    const once = fixText('a.yaml', text, worldIn(text), NO_CHECKS);
    expect(once.unwritable).toEqual([]);
    expect(fixed(once.text)).toBe(once.text);
    expect(comments(once.text)).toEqual(comments(text));
    expect(once.text.includes('\n\n') && crlf).toBe(false);
    const read = parse(once.text) as { spec: { containers: { securityContext: object }[]; enableServiceLinks: boolean } };
    expect(read.spec.containers.every((one) => 'allowPrivilegeEscalation' in one.securityContext)).toBe(true);
    expect(read.spec.enableServiceLinks).toBe(false);
  }), { numRuns: 60 });
});

describe('what is written', () => {
  test.each<[what: string, before: string, after: string, also?: ReadonlySet<string>]>([
    ['below the last field, indented like it', '    containers:\n    -   name: x\n', '    containers:\n    -   name: x\n        securityContext:\n            allowPrivilegeEscalation: false\n            capabilities:\n                drop: [ALL]\n    securityContext:\n        seccompProfile:\n            type: RuntimeDefault\n    enableServiceLinks: false\n'],
    ['into braces in their style', '  securityContext: { runAsUser: 5 }\n  enableServiceLinks: true # why not\n  containers: [{ name: x, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } } }]\n',
      '  securityContext: { runAsUser: 5, seccompProfile: { type: RuntimeDefault }, runAsNonRoot: true }\n  enableServiceLinks: false # why not\n  containers: [{ name: x, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } } }]\n'],
    ['into a list', '  enableServiceLinks: false\n  securityContext: {seccompProfile: {type: Localhost, localhostProfile: a}}\n  containers:\n  - name: x\n    securityContext:\n      allowPrivilegeEscalation: false\n      capabilities:\n        drop:\n          # all that is known\n          - NET_RAW # sniffs\n',
      '  enableServiceLinks: false\n  securityContext: {seccompProfile: {type: Localhost, localhostProfile: a}}\n  containers:\n  - name: x\n    securityContext:\n      allowPrivilegeEscalation: false\n      capabilities:\n        drop:\n          # all that is known\n          - NET_RAW # sniffs\n          - ALL\n', new Set(['capabilities'])],
  ])('%s', (_, before, after, also = NO_CHECKS) => {
    expect(fixed(pod(before), also)).toBe(pod(after));
  });

  test('nowhere, where nothing has to be', () => {
    const text = pod('  enableServiceLinks: false\n  securityContext: {seccompProfile: {type: RuntimeDefault}}\n  containers:\n  - {name: x, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}\n');
    expect(fixText('a.yaml', text, worldIn(text), NO_CHECKS)).toMatchObject({ text, splices: [], unwritable: [] });
  });

  test('at an anchor that all of them share, and not where another object shares it', () => {
    const shared = pod('  containers:\n  - name: x\n    securityContext: &ctx\n      runAsNonRoot: true\n  - name: z\n    securityContext: *ctx\n');
    expect(fixed(shared)).toContain('    securityContext: &ctx\n      runAsNonRoot: true\n      allowPrivilegeEscalation: false\n      capabilities:\n        drop: [ALL]\n  - name: z\n    securityContext: *ctx\n');
    const other = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: example.com/v1\n  kind: Other\n  spec: &ctx {a: b}\n- apiVersion: v1\n  kind: Pod\n  spec:\n    containers: [{name: x, securityContext: *ctx}]\n';
    const { text, unwritable } = fixText('a.yaml', other, worldIn(other), NO_CHECKS);
    expect({ text, unwritable: unwritable.map(({ object }) => object['kind']) }).toEqual({ text: other, unwritable: ['Pod'] });
  });

  test('not into objects that are no agents, nor into pods that cannot be read', () => {
    const text = `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n${pod('  containers: [{name: x}]\n').replace('{name: a}', '{name: a, namespace: shop}')}---\n${pod('  containers: 5\n')}`;
    expect(fixed(text)).toBe(text);
  });
});

test('every golden pod is fixed as its golden diffs have it', () => {
  const pods = CORPUS.filter(({ name }) => name.startsWith('pods/'));
  expectGolden('fixes', new Map(pods.flatMap(({ name, text }) => Object.values(BUILT_IN_PROFILES).flatMap((profile) =>
    ([['', NO_CHECKS], ['.also', ALL_CHECKS]] as const).map(([suffix, also]) => {
      const { splices } = fixText(name, text, worldIn(text, profile), also);
      return [`${name.slice('pods/'.length).replace('.yaml', '')}.${profile.metadata.name}${suffix}.diff`, unifiedDiff(name, text, splices)] as const;
    })))));
});

