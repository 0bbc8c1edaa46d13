import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectKube, type KubeClient, type KubeObject } from '../../src/adapters/kube/client.ts';
import { KubeFault } from '../../src/adapters/kube/fault.ts';
import { findFaults } from '../../src/core/checks/index.ts';
import type { Pod } from '../../src/core/checks/pod.ts';
import { SIDECAR_CONTAINERS } from '../../src/core/checks/sidecar.ts';
import { inject } from '../../src/core/injection/inject.ts';
import type { SandboxProfile } from '../../src/core/policy/profile.ts';
import { POD_SECURITY_VERSIONS } from '../../src/core/policy/schema/sandbox-profile.ts';
import type { Example, Failing } from '../core/checks/examples/example.ts';
import { EXAMPLES } from '../core/checks/examples/index.ts';
import { CONTAINED, FACTS, goodPod, read, SETTINGS } from '../core/checks/pods.ts';
import { generatedEphemeral, generatedPods } from './generated-pods.ts';

// The API server's own Pod Security admission judges every pod too, at the version of the standard that the profile pins. Dry runs
// go through the whole of admission and end before etcd.

const PODS = 600;
const EPHEMERAL = 60;
const AT_ONCE = 24;

/** Which of our checks answers for each of the standard's, by what the API server calls it. */
const ANSWERS_FOR: ReadonlyMap<string, string> = new Map([
  ['host namespaces', 'host-namespaces'],
  ['hostPort', 'host-namespaces'],
  ['probe or lifecycle host', 'host-namespaces'],
  ['privileged', 'privileged'],
  ['allowPrivilegeEscalation != false', 'privilege-escalation'],
  ['unrestricted capabilities', 'capabilities'],
  ['runAsNonRoot != true', 'run-as-user'],
  ['runAsUser=0', 'run-as-user'],
  ['restricted volume types', 'volume-types'],
  ['forbidden sysctls', 'sysctls'],
  ['hostProcess', 'windows'],
  ['seccompProfile', 'seccomp'],
  ['forbidden AppArmor profile', 'app-armor'],
  ['forbidden AppArmor profiles', 'app-armor'],
  ['seLinuxOptions', 'se-linux'],
  ['procMount', 'proc-mount'],
]);

type Version = (typeof POD_SECURITY_VERSIONS)[number];

/** What the API server says of a pod: nothing of Pod Security where it is malformed, else what it violates. */
interface Verdict {
  readonly malformed: boolean;
  readonly violations: readonly string[];
}

interface Outcome extends Verdict {
  readonly version: Version;
  readonly pod: string;
  /** The checks of ours that found a fault. */
  readonly checks: readonly string[];
}

const outcomes: Outcome[] = [];
const refusedByBoth = (one: Outcome): boolean => one.violations.length > 0 && one.checks.length > 0;
const refusedByNeither = (one: Outcome): boolean => !one.malformed && one.violations.length === 0 && one.checks.length === 0;
const refusedByUsOnly = (one: Outcome): boolean => !one.malformed && one.violations.length === 0 && one.checks.length > 0;
const refusedByStandardOnly = (one: Outcome): boolean => one.violations.length > 0 && one.checks.length === 0;

let admittedOnceInjected = 0;
let client: KubeClient;

const run = Date.now().toString(36);
const namespaceOf = (version: Version): string => `pod-security-${run}-${version.replace('.', '-')}`;
const podsOf = (version: Version): string => `/api/v1/namespaces/${namespaceOf(version)}/pods`;
const seedOf = (version: Version): number => POD_SECURITY_VERSIONS.indexOf(version) + 1;
const profileFor = (version: Version): SandboxProfile => ({ ...CONTAINED, spec: { ...CONTAINED.spec, podSecurity: { version }, warnOnly: [], auditOnly: [] } });
const dryRun = { query: { dryRun: 'All' }, timeout: 60_000 };

/** The checks that find a fault in a pod as it stands: without injection, which would fill in what its author left out. */
function checksAgainst(pod: Pod, version: Version): string[] {
  return [...new Set(findFaults({ profile: profileFor(version), facts: FACTS, pod, expected: pod }).map(({ check }) => check))];
}

async function verdictOn(request: () => Promise<unknown>): Promise<Verdict> {
  try {
    await request();
    return { malformed: false, violations: [] };
  } catch (fault) {
    if (!(fault instanceof KubeFault)) throw fault;
    if (fault.code === 'invalid') return { malformed: true, violations: [] };
    const [, list] = /violates PodSecurity "restricted:[^"]+": (.*)/.exec(fault.message) ?? [];
    if (list === undefined) throw fault;
    return { malformed: false, violations: violationsIn(list) };
  }
}

/** `one (why, and why not), two (why)` are `one` and `two`. Of a long list the client may have cut the end. */
function violationsIn(list: string): string[] {
  return list.split('), ').filter((violation) => violation.includes(' (')).map((violation) => violation.slice(0, violation.indexOf(' (')));
}

/** Does something for each of many, some at a time. */
async function forEach<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const one of rest) await act(one);
  }));
}

function withoutSidecar(pod: Pod): Pod {
  return { ...pod, spec: { ...pod.spec, initContainers: (pod.spec.initContainers ?? []).filter(({ name }) => !SIDECAR_CONTAINERS.has(name)) } };
}

beforeAll(async () => {
  client = connectKube({ kubeconfig: process.env['KUBECONFIG'] ?? '' });
  const query = { fieldManager: 'pod-security-test', force: 'true' };
  for (const version of POD_SECURITY_VERSIONS) {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'pod-security.kubernetes.io/enforce-version': version };
    await client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespaceOf(version), labels } });
    // Where no controller makes it, pods have to wait for it.
    await client.patch(`/api/v1/namespaces/${namespaceOf(version)}/serviceaccounts/default`, 'apply', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }, { query });
  }
});

afterAll(async () => {
  process.stdout.write(`${table()}\n`);
  for (const version of POD_SECURITY_VERSIONS) await client.delete(`/api/v1/namespaces/${namespaceOf(version)}`).catch(() => undefined);
  await client.close();
});

describe.each(POD_SECURITY_VERSIONS)('Pod Security restricted, version %s', (version) => {
  const here = (): Outcome[] => outcomes.filter((one) => one.version === version);

  test('refuses no pod that we let in', async () => {
    await forEach(generatedPods(seedOf(version), PODS), async (pod) => {
      const verdict = await verdictOn(() => client.create(podsOf(version), pod, dryRun));
      outcomes.push({ version, pod: pod.metadata?.name ?? '', checks: checksAgainst(pod, version), ...verdict });
    });
    expect(here().filter(refusedByStandardOnly)).toEqual([]);
    expect(here().filter(refusedByBoth).length).toBeGreaterThan(PODS / 5);
    expect(here().filter(refusedByNeither).length).toBeGreaterThan(PODS / 20);
  });

  test('refuses no ephemeral container that we would let in, did we let in any', async () => {
    const running = await client.create<KubeObject & Pod>(podsOf(version), { ...goodPod(), metadata: { name: 'running' } });
    await forEach(generatedEphemeral(seedOf(version), EPHEMERAL), async (ephemeralContainers) => {
      const verdict = await verdictOn(() => client.patch(`${podsOf(version)}/running/ephemeralcontainers`, 'merge', { spec: { ephemeralContainers } }, dryRun));
      const pod = read({ ...running, spec: { ...running.spec, ephemeralContainers } });
      outcomes.push({ version, pod: JSON.stringify(ephemeralContainers), checks: checksAgainst(pod, version).filter((check) => check !== 'ephemeral-containers'), ...verdict });
    });
    expect(here().filter(refusedByStandardOnly)).toEqual([]);
  });

  test('names no violation that the check of ours for it does not find too', () => {
    const unanswered = here().flatMap(({ pod, violations, checks }) => violations.filter((one) => !checks.includes(ANSWERS_FOR.get(one) ?? '')).map((violation) => ({ pod, violation })));
    expect(unanswered).toEqual([]);
  });

  test('lets in every pod that we let in once it is injected, but for the sidecar\'s own containers', async () => {
    const injected = generatedPods(seedOf(version), PODS).map((pod) => inject(pod, SETTINGS));
    const refused: object[] = [];
    await forEach(injected.filter((pod) => checksAgainst(pod, version).length === 0), async (pod) => {
      const { malformed, violations } = await verdictOn(() => client.create(podsOf(version), withoutSidecar(pod), dryRun));
      if (violations.length > 0) refused.push({ pod: pod.metadata?.name, violations });
      else if (!malformed) admittedOnceInjected += 1;
    });
    expect(refused).toEqual([]);
  });
});

test('every violation that the standard knows was among them', () => {
  const seen = new Set(outcomes.flatMap(({ violations }) => violations));
  expect([...ANSWERS_FOR.keys()].filter((violation) => !seen.has(violation))).toEqual([]);
});

describe.each([...new Set(ANSWERS_FOR.values())])('the golden pods of %s', (id) => {
  const { pass = {}, fail = {} } = EXAMPLES[id] ?? {};

  test('are let in by the standard where we let them in', async () => {
    expect(await judged(pass)).toEqual(Object.keys(pass).map((name) => ({ name, checks: [] })));
  });

  test('are refused by it for the same, except where they are marked as stricter', async () => {
    const expected = Object.entries(fail).filter(([, example]) => isCreatable(example)).map(([name, { stricter }]) => ({ name, checks: stricter === true ? [] : [id] }));
    const found = await judged(fail);
    const told = new Map(found.map(({ name, checks }) => [name, checks]));
    expect(found.map(({ name, checks }) => ({ name, checks: checks.filter((check) => check === id) }))).toEqual(expected.filter(({ name }) => told.has(name)));
    expect(found.length).toBeGreaterThan(0);
  });
});

/** Pods of templates are made by controllers, and ephemeral containers join later. */
function isCreatable({ pod, template }: Example): boolean {
  return template !== true && pod.spec.ephemeralContainers === undefined;
}

/** Which of our checks the API server names for each pod that is not malformed, at the version that it is judged by. */
async function judged(examples: Readonly<Record<string, Example | Failing>>): Promise<{ name: string; checks: string[] }[]> {
  const creatable = Object.entries(examples).filter(([, example]) => isCreatable(example));
  const verdicts = await Promise.all(creatable.map(async ([name, { pod, given }]) => {
    const version = given?.profile?.podSecurity?.version ?? 'latest';
    const verdict = await verdictOn(() => client.create(podsOf(version), { ...pod, metadata: { ...pod.metadata, namespace: namespaceOf(version) } }, dryRun));
    return { name, ...verdict };
  }));
  return verdicts.filter(({ malformed }) => !malformed).map(({ name, violations }) => ({ name, checks: [...new Set(violations.map((one) => ANSWERS_FOR.get(one) ?? one))] }));
}

/** The figures of all versions, a line each. */
function table(): string {
  const columns: [title: string, counted: (one: Outcome) => boolean][] = [
    ['generated', () => true],
    ['malformed', ({ malformed }) => malformed],
    ['refused by both', refusedByBoth],
    ['by neither', refusedByNeither],
    ['by us only', refusedByUsOnly],
    ['by Pod Security only', refusedByStandardOnly],
  ];
  const line = (name: string, cells: readonly (string | number)[]): string =>
    [name.padEnd(9), ...cells.map((cell, index) => String(cell).padStart((columns[index]?.[0].length ?? 0) + 2))].join('');
  const counts = (of: readonly Outcome[]): number[] => columns.map(([, counted]) => of.filter(counted).length);
  const byCheck = Map.groupBy(outcomes.filter(refusedByUsOnly).flatMap(({ checks }) => checks), (check) => check);
  return [
    line('version', columns.map(([title]) => title)),
    ...POD_SECURITY_VERSIONS.map((version) => line(version, counts(outcomes.filter((one) => one.version === version)))),
    line('all', counts(outcomes)),
    `by us only, and which checks did it (a pod may have several): ${[...byCheck].sort(([, a], [, b]) => b.length - a.length).map(([check, { length }]) => `${check} ${length}`).join(', ')}`,
    `violations that Pod Security named: ${outcomes.flatMap(({ violations }) => violations).length}, each found by the check that answers for it`,
    `admitted by us once injected: ${admittedOnceInjected}, each by Pod Security too without the sidecar's own containers`,
  ].join('\n');
}
