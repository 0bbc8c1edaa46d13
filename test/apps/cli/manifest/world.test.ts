import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../../../src/apps/cli/manifest/read.ts';
import { reviewManifests } from '../../../../src/apps/cli/manifest/review.ts';
import { worldOf } from '../../../../src/apps/cli/manifest/world.ts';
import { CONTAINED, SETTINGS } from '../../../core/checks/pods.ts';

const NOW = Date.parse('2026-11-01T00:00:00Z');
const worldIn = (text: string) => worldOf(parseManifests('a.yaml', text), { namespace: 'lab', profile: CONTAINED }, NOW);
const namespace = (labels: string): string => `{apiVersion: v1, kind: Namespace, metadata: {name: agents, labels: {${labels}}}}\n`;
const profile = '{apiVersion: sallyport.dev/v1alpha1, kind: SandboxProfile, metadata: {name: tight}, spec: {maxLifetimeSeconds: 60}}\n';

describe('a namespace', () => {
  test.each([
    ['in the input picks its mode and a built-in profile', namespace('sallyport.dev/agents: warn, sallyport.dev/profile: isolated'), { mode: 'warn', takesAgents: true, profile: 'isolated', assumptions: [] }],
    ['without a profile has isolated, whatever is usual', namespace('sallyport.dev/agents: enforce'), { mode: 'enforce', takesAgents: true, profile: 'isolated', assumptions: [] }],
    ['may pick a profile of the input', `${namespace('sallyport.dev/agents: enforce, sallyport.dev/profile: tight')}---\n${profile}`, { mode: 'enforce', takesAgents: true, profile: 'tight', assumptions: [] }],
    ['without the label takes no agents', namespace('a: b'), { mode: 'enforce', takesAgents: false, profile: 'isolated', assumptions: [] }],
    ['with a profile that is nowhere is judged by the usual one, which is said', namespace('sallyport.dev/agents: enforce, sallyport.dev/profile: gone'),
      { mode: 'enforce', takesAgents: true, profile: 'contained', assumptions: ['SandboxProfile gone of namespace agents is not in the input: profile contained is taken instead'] }],
    ['that is not in the input is taken for one that enforces the usual profile, which is said', profile,
      { mode: 'enforce', takesAgents: true, profile: 'contained', assumptions: ['namespace agents is not in the input: it is taken for one that enforces profile contained'] }],
  ])('%s', (_, text, expected) => {
    const { mode, takesAgents, profile: found, assumptions } = worldIn(text).setting('agents');
    expect({ mode, takesAgents, profile: found.metadata.name, assumptions }).toEqual(expected);
  });
});

const reviewed = (text: string) => {
  const manifests = parseManifests('a.yaml', text);
  return reviewManifests(manifests, worldOf(manifests, { namespace: 'agents', profile: CONTAINED }, NOW), () => SETTINGS, NOW);
};
const POD = '{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: agents, labels: {app: a}}, spec: {containers: [{name: x}]}}\n';

const reasons = (text: string, of = 'Pod') => reviewed(text).reviewed.find(({ kind }) => kind === of)?.faults.map(({ reason }) => reason);

describe('what is reviewed', () => {
  test('are no pods of a namespace that takes no agents, but those that call themselves one', () => {
    const { reviewed: [named, ...others], passedOver } = reviewed(`${namespace('a: b')}---\n${POD}---\n${POD.replace('app: a', 'sallyport.dev/agent: a').replace('name: a,', 'name: b,')}`);
    expect({ name: named?.name, faults: named?.faults.map(({ reason }) => reason), others, passedOver: [...passedOver] }).toEqual({ name: 'b', faults: ['namespace-takes-no-agents'], others: [], passedOver: [['Namespace', 1], ['Pod', 1]] });
  });

  test('are the pods of kinds that a profile of the input lists', () => {
    const listing = '{apiVersion: sallyport.dev/v1alpha1, kind: SandboxProfile, metadata: {name: tight}, spec: {templates: [{group: batch.example.com, version: v1, kind: Crew, resource: crews, path: "spec.workers[*].template"}]}}\n';
    const crew = 'apiVersion: batch.example.com/v1\nkind: Crew\nmetadata: {name: c, namespace: agents}\nspec:\n  workers:\n  - template: {spec: {containers: [{name: x}]}}\n  - template:\n      spec:\n        initContainers: [{name: setup}]\n        containers: [{name: x}]\n';
    const { reviewed: found } = reviewed(`${listing}---\n${crew}`);
    const root = found.find(({ kind }) => kind === 'Crew')?.faults.filter(({ reason }) => reason === 'root-writable').map(({ field, line, column }) => `${field} ${line}:${column}`);
    expect(root).toEqual([
      'spec.workers[0].template.spec.containers[0].securityContext.readOnlyRootFilesystem 8:36',
      'spec.workers[1].template.spec.initContainers[0].securityContext.readOnlyRootFilesystem 11:26',
      'spec.workers[1].template.spec.containers[0].securityContext.readOnlyRootFilesystem 12:22',
    ]);
  });

  test('is spared what an Exemption of the input lets pass', () => {
    const exemption = '{apiVersion: sallyport.dev/v1alpha1, kind: Exemption, metadata: {name: e, namespace: sallyport-system}, spec: {subject: {namespace: agents, pod: a}, checks: [read-only-root], reason: r, requestedBy: p, expires: "2026-11-20T00:00:00Z"}}\n';
    expect(reasons(POD)).toContain('root-writable');
    expect(reasons(`${exemption}---\n${POD}`)).not.toContain('root-writable');
    expect(reasons(`${exemption.replace('11-20', '10-20')}---\n${POD}`)).toContain('root-writable');

    const job = '{apiVersion: batch/v1, kind: Job, metadata: {name: w, namespace: agents}, spec: {template: {spec: {containers: [{name: x}]}}}}\n';
    expect(reasons(`${exemption}---\n${job}`, 'Job')).toContain('root-writable');
    expect(reasons(`${exemption.replace('pod: a', 'workload: {kind: Job, name: w}')}---\n${job}`, 'Job')).not.toContain('root-writable');
  });

  test('are also the policies, profiles and exemptions themselves', () => {
    const broken = '{apiVersion: sallyport.dev/v1alpha1, kind: AgentPolicy, metadata: {name: p, namespace: agents}, spec: {tools: [{name: t, http: {hosts: [a.example.com]}, acces: full}]}}\n';
    expect(reviewed(broken).reviewed.map(({ verdict, profile: by, faults }) => ({ verdict, by, faults: faults.map(({ check, field, line, column }) => `${check} ${field} ${line}:${column}`) }))).toEqual([
      { verdict: 'refused', by: undefined, faults: ['policy spec.tools[0].acces 1:154'] },
    ]);
  });
});
