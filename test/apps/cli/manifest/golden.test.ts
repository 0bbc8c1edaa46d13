import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { injectObject } from '../../../../src/apps/cli/manifest/inject.ts';
import { yamlDocuments } from '../../../../src/apps/cli/manifest/print.ts';
import { parseManifests, type Manifest } from '../../../../src/apps/cli/manifest/read.ts';
import { report } from '../../../../src/apps/cli/manifest/report.ts';
import { reviewManifests } from '../../../../src/apps/cli/manifest/review.ts';
import { subjectOf } from '../../../../src/apps/cli/manifest/subject.ts';
import { worldOf } from '../../../../src/apps/cli/manifest/world.ts';
import { BUILT_IN_PROFILES } from '../../../../src/core/policy/profile.ts';
import { CONTAINED, SETTINGS } from '../../../core/checks/pods.ts';
import { expectGolden } from '../../../golden/compare.ts';

const NOW = Date.parse('2026-11-01T00:00:00Z');

const folder = new URL('../../../golden/pods/', import.meta.url);
const inputs = readdirSync(folder).sort().map((name) => ({ name, manifests: parseManifests(name, readFileSync(new URL(name, folder), 'utf8')) }));

function injected(manifest: Manifest): string {
  const subject = subjectOf(manifest, 'default');
  return yamlDocuments([subject === undefined ? manifest.object : injectObject(manifest.object, subject, SETTINGS)]);
}

function reported(manifests: readonly Manifest[], profile: typeof CONTAINED): string {
  const world = worldOf(manifests, { namespace: 'default', profile }, NOW);
  return `${report(reviewManifests(manifests, world, () => SETTINGS, NOW), (_style, text) => text)}\n`;
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
