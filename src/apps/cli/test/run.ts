import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InputFault } from '../../../adapters/command-line/input-fault.ts';
import { readInput } from '../../../adapters/command-line/input-file.ts';
import { readPolicies } from '../../../adapters/policy-files/read.ts';
import { BUILT_IN_PROFILES } from '../../../core/policy/profile.ts';
import { injectionFor } from '../manifest/options.ts';
import { readManifests } from '../manifest/read.ts';
import { isCall, readCases, type CaseFile } from './cases.ts';
import { coverageOf } from './coverage.ts';
import type { TestRun } from './report.ts';
import type { CaseResult } from './result.ts';
import { runCall } from './run-call.ts';
import { runManifest } from './run-manifest.ts';

const CASE_FILE = /(^|[/.-])sallyport-test\.ya?ml$/;

/** Runs all cases of files, and of every `sallyport-test.yaml` below folders. Throws `InputFault`. */
export async function runTests(paths: readonly string[], now: number): Promise<TestRun> {
  const results: CaseResult[] = [];
  let manifests = 0;
  for (const file of paths.flatMap(caseFiles)) {
    const cases = readCases(file, await readInput(file));
    manifests += cases.cases.filter((one) => !isCall(one)).length;
    results.push(...await runFile(cases, now));
  }
  return { results, ...(manifests === 0 ? {} : { coverage: coverageOf(results) }) };
}

async function runFile(cases: CaseFile, now: number): Promise<CaseResult[]> {
  const below = (path: string): string => resolve(dirname(cases.file), path);
  const policies = cases.policies.length === 0 ? [] : await readPolicies(cases.policies.map(below));
  const facts = cases.facts.length === 0 ? [] : (await readManifests(cases.facts.map(below))).manifests;
  const flags = { profile: Object.hasOwn(BUILT_IN_PROFILES, cases.profile) ? cases.profile : below(cases.profile), namespace: cases.namespace, image: 'sallyport:latest', imagePullPolicy: 'IfNotPresent' } as const;
  const surroundings = { facts, ...await injectionFor(flags) };
  const results: CaseResult[] = [];
  for (const one of cases.cases) results.push(isCall(one) ? runCall(policies, cases, one, now) : await runManifest(surroundings, cases, one, now));
  return results;
}

function caseFiles(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  const found = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => CASE_FILE.test(name)).sort().map((name) => join(path, name));
  if (found.length === 0) throw new InputFault('unfit', `${path}: there is no sallyport-test.yaml in it, and at least one is expected`);
  return found;
}
