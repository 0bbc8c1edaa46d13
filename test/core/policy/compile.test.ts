import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/core/policy/compile.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { listedPorts, mentionsHost, renew } from '../../../src/core/policy/snapshot.ts';
import { host } from '../address/hosts.ts';
import { apiPolicy, policy, snapshotOf } from './fixtures.ts';

describe('a snapshot', () => {
  test('is deeply frozen', () => {
    const snapshot = snapshotOf([apiPolicy('rules: [{allow: {methods: [GET], paths: [/a]}}]')]);
    const reach = (value: unknown): unknown[] => (typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(reach)] : []);
    expect(reach(snapshot).filter((value) => !Object.isFrozen(value))).toEqual([]);
  });

  test('has a digest of what its policies say, and of nothing else', () => {
    const one = snapshotOf([apiPolicy('access: full'), apiPolicy('access: full', 'other')]);
    const reordered = snapshotOf([apiPolicy('access: full', 'other'), apiPolicy('access: full').replace('agents}', 'agents, uid: x}')], { generation: 9, validUntil: 5 });
    const changed = snapshotOf([apiPolicy('access: read-only'), apiPolicy('access: full', 'other')]);
    expect(one.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(reordered.digest).toBe(one.digest);
    expect(changed.digest).not.toBe(one.digest);
  });

  test('compiles again from its own policies, as the link carries them', () => {
    const snapshot = snapshotOf([apiPolicy('access: full')]);
    const again = compile(JSON.parse(JSON.stringify(snapshot.policies)) as unknown[], { generation: 1 });
    expect(again).toEqual({ snapshot });
  });

  test('renewed differs in nothing but its time', () => {
    const snapshot = snapshotOf([apiPolicy('access: full')], { validUntil: 1 });
    expect(renew(snapshot, 2)).toEqual({ ...snapshot, validUntil: 2 });
    expect(Object.isFrozen(renew(snapshot, 2))).toBe(true);
  });

  test('of no policies compiles, and allows nothing', () => {
    expect(compile([], { generation: 1 })).toMatchObject({ snapshot: { policies: [], compiled: [] } });
  });
});

describe('compile trusts nobody', () => {
  const { policies } = parsePolicies([{ file: 'a', text: apiPolicy('access: full') }]);

  test('a policy that was changed after it was read is refused', () => {
    const [read] = policies;
    const changed = { ...read, spec: { ...read?.spec, tools: [{ ...read?.spec.tools[0], when: 'true' }] } };
    expect(compile([...policies, changed], { generation: 1 })).toEqual({
      problems: [{ file: 'policies[1]', line: 0, column: 0, path: 'spec.tools[0].when', message: 'is unknown to this version, which cannot enforce it' }],
    });
  });

  test('a policy that comes twice is refused', () => {
    expect(compile([...policies, ...policies], { generation: 1 })).toMatchObject({ problems: [{ file: 'policies[1]', path: 'metadata.name', message: 'there are two policies agents/triage' }] });
  });

  test('a profile is no policy', () => {
    expect(compile([{ apiVersion: 'sallyport.dev/v1alpha1', kind: 'SandboxProfile', metadata: { name: 'a' } }], { generation: 1 })).toHaveProperty('problems');
  });

  test('what the caller holds stays as it was', () => {
    const own = structuredClone(policies);
    compile(own, { generation: 1 });
    expect(Object.isFrozen(own[0]?.spec)).toBe(false);
  });
});

test('a snapshot tells which hosts and ports its tools list', () => {
  const snapshot = snapshotOf([
    policy('tools: [{name: a, http: {hosts: [a.example, "*.b.example"]}}, {name: c, http: {hosts: [c.example], ports: [8443, 443]}}]'),
    policy('tools: [{name: d, http: {hosts: [d.example], tls: "off"}}]', 'other'),
  ]);
  expect(listedPorts(snapshot)).toEqual([80, 443, 8443]);
  expect(['a.example', 'x.b.example', 'd.example', 'b.example', 'x.a.example', 'e.example'].filter((name) => mentionsHost(snapshot, host(name)))).toEqual(['a.example', 'x.b.example', 'd.example']);
});
