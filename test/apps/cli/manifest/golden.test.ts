import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { injectObject } from '../../../../src/apps/cli/manifest/inject.ts';
import { parseManifests, type Manifest } from '../../../../src/apps/cli/manifest/read.ts';
import { report } from '../../../../src/apps/cli/manifest/report.ts';
import { reviewManifest } from '../../../../src/apps/cli/manifest/review.ts';
import { subjectOf } from '../../../../src/apps/cli/manifest/subject.ts';
import { BUILT_IN_PROFILES } from '../../../../src/core/policy/profile.ts';
import { CONTAINED, SETTINGS } from '../../../core/checks/pods.ts';
import { expectGolden } from '../../../golden/compare.ts';

const folder = new URL('../../../golden/pods/', import.meta.url);
const inputs = readdirSync(folder).sort().map((name) => ({ name, manifests: parseManifests(name, readFileSync(new URL(name, folder), 'utf8')) }));

function injected({ object }: Manifest): string {
  const subject = subjectOf(object, 'default');
  return stringify(subject === undefined ? object : injectObject(object, subject, SETTINGS), { lineWidth: 0, aliasDuplicateObjects: false });
}

function reported(manifests: readonly Manifest[], profile: typeof CONTAINED): string {
  const reviewed = manifests.flatMap((manifest) => {
    const subject = subjectOf(manifest.object, 'default');
    return subject === undefined ? [] : [reviewManifest(manifest, subject, profile, SETTINGS)];
  });
  return `${report(reviewed, (_style, text) => text)}\n`;
}

test('every pod is injected as its golden file has it', () => {
  expectGolden('injection', new Map(inputs.map(({ name, manifests }) => [name, manifests.map(injected).join('---\n')])));
});

test('every pod is reported on as its golden files have it', () => {
  expectGolden('reports', new Map(inputs.flatMap(({ name, manifests }) => Object.values(BUILT_IN_PROFILES).map((profile) =>
    [name.replace('.yaml', `.${profile.metadata.name}.txt`), reported(manifests, profile)]))));
});

test('what is injected once more is the same', () => {
  for (const { name, manifests } of inputs) {
    const once = manifests.map(injected).join('---\n');
    expect(parseManifests(name, once).map(injected).join('---\n')).toBe(once);
  }
});
