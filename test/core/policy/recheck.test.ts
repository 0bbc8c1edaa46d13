import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseObjects } from '../../../src/core/policy/parse-objects.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { formatPath } from '../../../src/core/policy/problem.ts';
import { recheck } from '../../../src/core/policy/recheck.ts';
import { apiPolicy, policy, specs } from './fixtures.ts';

const good = parsePolicies([{ file: 'a', text: apiPolicy('access: full, rules: [{name: r, allow: {methods: [GET], paths: [/a]}}], capture: {payload: full, limit: 9, redact: [$.a]}') }]).policies[0]!;

/** A deep copy in which the value at a path is another; `undefined` takes it away. */
function changed(path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(good) as unknown as Record<string | number, unknown>;
  const parent = path.slice(0, -1).reduce((at, part) => at[part] as Record<string | number, unknown>, copy);
  const last = path.at(-1) ?? '';
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

const findingsOf = (value: unknown): string[] => {
  const read = recheck(value);
  return 'policy' in read ? [] : read.findings.map(({ path, key, message }) => `${formatPath(key === undefined ? path : [...path, key])} ${message}`);
};

const rule = ['spec', 'tools', 0, 'rules', 0];
const http = ['spec', 'tools', 0, 'http'];

test('a policy that has been read is read again as itself', () => {
  expect(recheck(good)).toEqual({ policy: good });
});

describe('a policy that nobody can have read is refused', () => {
  test.each([
    ['a condition on what no call has', [...rule, 'when'], 'args.x == 1', 'spec.tools[0].rules[0].when reads args, which no call of this tool has'],
    ['a member of a later version', [...rule, 'unless'], 'true', 'spec.tools[0].rules[0].unless is unknown to this version, which cannot enforce it'],
    ['a protocol', ['spec', 'tools', 0, 'postgres'], {}, 'spec.tools[0].postgres is unknown to this version, which cannot enforce it'],
    ['a key of everybody\'s prototype', ['spec', 'toString'], {}, 'spec.toString is unknown to this version, which cannot enforce it'],
    ['another version', ['apiVersion'], 'sallyport.dev/v1', 'apiVersion is not what this version knows here'],
    ['another kind', ['kind'], 'SandboxProfile', 'kind is not what this version knows here'],
    ['a default left out', ['spec', 'mode'], undefined, 'spec.mode is missing'],
    ['another mode', ['spec', 'mode'], 'audit', 'spec.mode is not what this version knows here'],
    ['no namespace', ['metadata', 'namespace'], undefined, 'metadata.namespace is missing'],
    ['a text where a list belongs', [...http, 'hosts'], 'api.example.com', 'spec.tools[0].http.hosts is not a list'],
    ['a list where a mapping belongs', ['spec', 'tools', 0, 'http'], [], 'spec.tools[0].http is not a mapping'],
    ['too many items', [...http, 'ports'], Array(101).fill(443), 'spec.tools[0].http.ports has more than 100 items'],
    ['a port that is none', [...http, 'ports'], [0.5], 'spec.tools[0].http.ports[0] is not what this version knows here'],
    ['a rule of two effects', [...rule, 'deny'], { paths: ['/b'] }, 'spec.tools[0].rules[0] has none or too many of allow, deny, hold'],
    ['a rule of no effect', [...rule, 'allow'], undefined, 'spec.tools[0].rules[0] has none or too many of allow, deny, hold'],
    ['a matcher without a word in it', [...rule, 'allow'], {}, 'spec.tools[0].rules[0].allow has none or too many of methods, paths, headers, query, types, messages, tools, resources, prompts, models, maxTokens, services'],
    ['a method that is none', [...rule, 'allow', 'methods'], ['get'], 'spec.tools[0].rules[0].allow.methods[0] is "get"'],
    ['a pattern that does not compile', [...rule, 'allow', 'paths'], ['/a*'], 'spec.tools[0].rules[0].allow.paths[0] "/a*" has a wildcard that is not a whole segment'],
    ['a host that is none', [...http, 'hosts'], ['a b'], 'spec.tools[0].http.hosts[0] host "a b" contains U+0020, which no host name has'],
    ['an address without a range', [...http, 'hosts'], ['192.0.2.1'], 'spec.tools[0].http.hosts[0] 192.0.2.1 is an address, and no range in addresses contains it'],
    ['a range of synthetic addresses', [...http, 'addresses'], ['198.18.0.0/15'], 'spec.tools[0].http.addresses[0] 198.18.0.0/15 reaches into 198.18.0.0/15, which the proxy uses itself and never dials'],
    ['a capture of nothing known', ['spec', 'tools', 0, 'capture', 'payload'], 'some', 'spec.tools[0].capture.payload is not what this version knows here'],
    ['a member path that none can follow', ['spec', 'tools', 0, 'capture', 'redact'], ['$..token', 'token'], 'spec.tools[0].capture.redact[1] "token" is no member path'],
    ['an empty reason', [...rule, 'reason'], '', 'spec.tools[0].rules[0].reason is not what this version knows here'],
  ])('%s', (_, path, value, finding) => {
    expect(findingsOf(changed(path, value))).toEqual([finding]);
  });

  test('two tools that tie', () => {
    const [tool] = good.spec.tools;
    expect(findingsOf({ ...good, spec: { ...good.spec, tools: [tool, { ...tool, name: 'other' }] } })).toEqual(['spec.tools[1].http.hosts[0] api.example.com:443 is listed by tool "api" already']);
  });

  test.each([[null], [7], ['text'], [[]]])('%j', (value) => {
    expect(findingsOf(value)).toEqual([' is not a mapping']);
  });
});

test('exactly what the schema makes of policies passes', () => {
  fc.assert(fc.property(specs(), (spec) => {
    const { policies } = parsePolicies([{ file: 'a', text: policy(spec) }]);
    expect(policies.map(recheck)).toEqual(policies.map((read) => ({ policy: read })));
  }), { numRuns: 100 });
});

test('whatever passes is read by the schema as itself, wildcards below public suffixes and ill-spelt names aside', () => {
  const words = fc.constantFrom('GET', '/a', '/**', 'api.example.com', '*.example.com', 'enforce', 'full', 'digest', 443, 0, null, [], {}, ['GET'], ['/a'], { paths: ['/a'] });
  const places = fc.constantFrom<(string | number)[]>([...rule, 'allow'], [...rule, 'deny'], [...rule, 'reason'], [...http, 'hosts'], [...http, 'ports'], [...http, 'tls'], ['spec', 'agents'], ['spec', 'tools', 0, 'access'], ['spec', 'tools', 0, 'rules'], ['spec', 'mode']);
  fc.assert(fc.property(places, words, (path, value) => {
    const candidate = changed(path, value);
    const read = recheck(candidate);
    if ('policy' in read) expect(parseObjects([candidate], 'x')).toEqual({ policies: [candidate], profiles: [], exemptions: [], problems: [] });
  }), { numRuns: 300 });
});
