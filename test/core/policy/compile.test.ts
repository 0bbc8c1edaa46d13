import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../../src/core/policy/compile.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { listedPorts, mentionsHost, renew, type Snapshot } from '../../../src/core/policy/snapshot.ts';
import { host, hostNames } from '../address/hosts.ts';
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

test('a snapshot tells which ports its tools list', () => {
  const snapshot = snapshotOf([
    policy('tools: [{name: a, http: {hosts: [a.example, "*.b.example"]}}, {name: c, http: {hosts: [c.example], ports: [8443, 443]}}]'),
    policy('tools: [{name: d, http: {hosts: [d.example], tls: "off"}}]', 'other'),
  ]);
  expect(listedPorts(snapshot)).toEqual([80, 443, 8443]);
});

const listing = (pattern: string): Snapshot => snapshotOf([policy(`tools: [{name: a, http: {hosts: ["${pattern}"], addresses: [192.0.2.1, "2001:db8::/32"]}}]`)]);

describe('a snapshot lists a host', () => {
  test.each([
    ['api.example.com', 'api.example.com', true],
    ['API.Example.com.', 'api.example.com', true],
    ['api.example.com', 'www.example.com', false],
    ['api.example.com', 'x.api.example.com', false],
    ['*.example.com', 'api.example.com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', 'badexample.com', false],
    ['*.example.com', 'api.example.com.evil.example', false],
    ['*.shop.svc.cluster.local', 'orders.shop.svc.cluster.local', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['2001:db8:0::1', '2001:db8::1', true],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(mentionsHost(listing(pattern), host(name))).toBe(expected);
  });

  test('by a wildcard exactly if it has one whole label more than the domain (E7)', () => {
    fc.assert(fc.property(hostNames(), hostNames(), (domain, name) => {
      const read = parsePolicies([{ file: 'a', text: policy(`tools: [{name: a, http: {hosts: ["*.${domain}"]}}]`) }]);
      const compiled = compile(read.policies, { generation: 1 });
      if (read.problems.length > 0 || 'problems' in compiled) return;
      const listed = (text: string): boolean => mentionsHost(compiled.snapshot, host(text));
      expect(listed(name)).toBe(name.split('.').slice(1).join('.') === domain);
      expect([domain, `x.${domain}`, `x.y.${domain}`, `x${domain}`].map(listed)).toEqual([false, true, false, false]);
    }), { numRuns: 200 });
  });

  test('by a name exactly if it is that name', () => {
    fc.assert(fc.property(hostNames(), hostNames(), (one, other) => {
      expect(mentionsHost(listing(one), other)).toBe(one === other);
    }), { numRuns: 100 });
  });
});
