import { dirname, join } from 'node:path';
import type { SandboxProfile } from '../../../core/policy/profile.ts';
import { readManifests, type Manifest } from '../manifest/read.ts';
import { subjectText } from '../manifest/report.ts';
import { reviewManifests, type ReviewedManifest, type SettingsFor } from '../manifest/review.ts';
import { worldOf } from '../manifest/world.ts';
import type { CaseFile, ManifestCase } from './cases.ts';
import { difference, setDifference, type CaseResult } from './result.ts';

/** What the cases of one file have in common. */
export interface ManifestSurroundings {
  readonly facts: readonly Manifest[];
  readonly profile: SandboxProfile;
  readonly settingsFor: SettingsFor;
}

/** Reviews one object as `check` does, in the light of the facts and of what stands beside it. Throws `InputFault` where a manifest cannot be read. */
export async function runManifest({ facts, profile, settingsFor }: ManifestSurroundings, { file, namespace }: CaseFile, expected: ManifestCase, now: number): Promise<CaseResult> {
  const { manifests } = await readManifests([join(dirname(file), expected.manifest)]);
  const world = worldOf([...facts, ...manifests], { namespace, profile }, now);
  const { reviewed } = reviewManifests(manifests, world, settingsFor, now);
  const meant = reviewed.filter((one) => isMeant(one, expected.object));
  const [only, second] = meant;
  if (only === undefined || second !== undefined) return unclear(file, expected, meant, reviewed);
  return compared(file, expected, only);
}

function isMeant(one: ReviewedManifest, object: string | undefined): boolean {
  return object === undefined || object === subjectText(one) || object === `${one.kind} ${one.name}`;
}

function unclear(file: string, { name, manifest, object }: ManifestCase, meant: readonly ReviewedManifest[], reviewed: readonly ReviewedManifest[]): CaseResult {
  const there = reviewed.length === 0 ? 'nothing that is reviewed' : reviewed.slice(0, 10).map(subjectText).join(', ');
  const why = meant.length === 0 && object !== undefined ? `object: ${object} is not in ${manifest}, which has ${there}` : `object: ${manifest} has ${there}, and exactly one has to be meant`;
  return { file, name, subject: object ?? manifest, ok: false, differences: [why], got: { verdict: 'none', why: 'not judged' }, told: [], blind: false, exercised: [] };
}

function compared(file: string, expected: ManifestCase, one: ReviewedManifest): CaseResult {
  const [faults, warnings] = [one.faults.filter(({ weight }) => weight === 'deny'), one.faults.filter(({ weight }) => weight === 'warn')];
  const checks = new Set(faults.map(({ check }) => check));
  const reasons = new Set(faults.map(({ reason }) => reason));
  const warned = new Set(warnings.map(({ check }) => check));
  const differences = [
    ...difference('verdict', expected.expect, one.verdict),
    ...setDifference('checks', expected.checks, checks),
    ...setDifference('reasons', expected.reasons, reasons),
    ...setDifference('warnings', expected.warnings, warned),
  ];
  const got = { verdict: one.verdict, why: [...checks].join(', '), checks: [...checks], reasons: [...reasons], warnings: [...warned] };
  return {
    file,
    name: expected.name,
    subject: subjectText(one),
    ok: differences.length === 0,
    differences,
    got,
    told: faults.map(({ check, field, message }) => `[${check}] ${field}: ${message}`),
    blind: false,
    exercised: [...new Set(one.faults.filter(({ unknown }) => unknown !== true).map(({ check }) => check))],
  };
}
