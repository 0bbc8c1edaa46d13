import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { parseObjects, parsePolicies } from '../../../src/core/policy/parse.ts';
import { ownTime } from '../../fakes/own-time.ts';
import { policy, specs } from './fixtures.ts';

const good = policy('tools: [{name: api, http: {hosts: [api.example.com]}}]');

test('a policy is read with its defaults filled in, and nothing of its metadata but its name', () => {
  const text = good.replace('namespace: agents', 'namespace: agents, uid: x, labels: {a: b}');
  expect(parsePolicies([{ file: 'a.yaml', text }])).toEqual({
    policies: [{
      apiVersion: 'sallyport.dev/v1alpha1',
      kind: 'AgentPolicy',
      metadata: { name: 'triage', namespace: 'agents' },
      spec: { mode: 'enforce', tools: [{ name: 'api', http: { hosts: ['api.example.com'], tls: 'intercept' }, rules: [] }] },
    }],
    profiles: [],
    exemptions: [],
    problems: [],
  });
});

test('JSON is read as YAML is', () => {
  const { policies } = parsePolicies([{ file: 'a.yaml', text: good }]);
  expect(parsePolicies([{ file: 'a.json', text: JSON.stringify(policies[0]) }])).toEqual({ policies, profiles: [], exemptions: [], problems: [] });
});

test.each(['$.token', '$..token', "$['odd name'][0]", '$.items[*].secret', '$.a.*'])('%s may be redacted', (path) => {
  const text = good.replace('http:', `capture: {payload: full, redact: ["${path}"]}, http:`);
  expect(parsePolicies([{ file: 'a.yaml', text }])).toMatchObject({ problems: [], policies: [{ spec: { tools: [{ capture: { redact: [path] } }] } }] });
});

test.each([
  ['token', '$.token'],
  ['.token', '$.token'],
  ['..token', '$..token'],
  ['$.items[1:2]', undefined],
  ['$..', undefined],
])('what would redact nothing is a problem with its place: %s', (path, nearest) => {
  const text = good.replace('http:', `capture: {payload: full, redact: ["${path}"]}, http:`);
  expect(parsePolicies([{ file: 'a.yaml', text }]).problems).toEqual([expect.objectContaining({
    line: 4, column: 62, path: 'spec.tools[0].capture.redact[0]', message: `"${path}" is no member path`, ...(nearest !== undefined && { nearest }),
  })]);
});

test('problems of several files come in the order of files and lines', () => {
  const bad = good.replace('kind: AgentPolicy', 'kind: AgentPolicies');
  const { problems } = parsePolicies([{ file: 'z.yaml', text: `a: [\n` }, { file: 'a.yaml', text: `${bad}---\n${bad}` }]);
  expect(problems.map(({ file, line }) => `${file}:${line}`)).toEqual(['z.yaml:2', 'a.yaml:2', 'a.yaml:7']);
});

test('one policy in two files is a problem that names both', () => {
  const { problems } = parsePolicies([{ file: 'a.yaml', text: good }, { file: 'b.yaml', text: good }]);
  expect(problems).toEqual([{ file: 'b.yaml', line: 3, column: 18, path: 'metadata.name', message: 'AgentPolicy agents/triage stands in a.yaml:3 already' }]);
});

describe('a text that is made to hurt is refused with a problem', () => {
  test.each([
    ['nested lists', '['.repeat(200_000), 'is nested more than 64 levels deep'],
    ['nested mappings', '{a: '.repeat(50_000), 'is nested more than 64 levels deep'],
    ['nested sequences', '- '.repeat(100_000), 'is nested more than 64 levels deep'],
    ['nested keys', '? '.repeat(100_000), 'is nested more than 64 levels deep'],
    ['nested lines', Array.from({ length: 100 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''), 'is nested more than 64 levels deep'],
    ['a mapping of very many keys', Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join(''), 'is missing'],
    ['very many unknown keys', `${good}${Array.from({ length: 10_000 }, (_, index) => `k${index}: 1\n`).join('')}`, '10000 problems begin here, of which 100 are shown'],
    ['very many brackets that close nothing', ']'.repeat(200_000), '101 problems begin here, of which 100 are shown'],
    ['very many faults of the text', 'off: !!x &a "\n'.repeat(10_000), expect.stringMatching(/^\d+ problems begin here, of which 100 are shown$/)],
    ['a bomb of aliases', `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh'].map((name, index) => `${name}: &${name} [${`*${'abcdefg'[index]},`.repeat(9)}]`).join('\n')}`, 'anchor &a is refused'],
    ['a very long file', `# ${'x'.repeat(300_000)}`, 'is longer than 262144 characters'],
    ['a key that is a list', '? [a]\n: b', 'With stringKeys, all keys must be strings'],
    ['an unknown tag', 'a: !ruby/object {}', 'Unresolved tag: !ruby/object'],
    ['nothing but a comment', '# nothing', 'has no document in it'],
  ])('%s', (_, text, message) => {
    const took = ownTime(() => {
      expect(parsePolicies([{ file: 'x', text }]).problems[0]?.message).toEqual(message);
    });
    // Each took from two seconds to minutes before the text was bounded.
    expect(took).toBeLessThan(1_500);
  });

  test('where the nesting goes too far is said', () => {
    expect(parsePolicies([{ file: 'x', text: `a: 1\nb: ${'['.repeat(70)}` }]).problems).toEqual([{ file: 'x', line: 2, column: 66, path: '', message: 'is nested more than 64 levels deep' }]);
  });

  test('a key __proto__ is an unknown key and changes nobody\'s prototype', () => {
    const { problems } = parsePolicies([{ file: 'x', text: good.replace('spec: {', 'spec: {__proto__: {polluted: true}, ') }]);
    expect(problems.map(({ path }) => path)).toEqual(['spec.__proto__']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

const tool = (http: string): string => policy(`tools: [{name: plain, http: {hosts: [plain.example.com], ${http}}}]`);

describe('a text that not every reader reads alike is refused', () => {
  test.each([
    ['a line break that is one in YAML 1.1 only', '# read by nobody\u2028mode: observe', 'U+2028'],
    ['another', '# read by nobody\u0085mode: observe', 'U+0085'],
    ['a lone carriage return', '# read by nobody\rmode: observe', 'U+000D'],
    ['what turns the direction of a line around', '# \u202e mode: observe', 'U+202E'],
    ['what isolates it', '# \u2066 mode: observe', 'U+2066'],
    ['a NUL', '# \0', 'U+0000'],
    ['an escape of the terminal', '# \u001b[2K', 'U+001B'],
    ['a byte order mark inside', '# \ufeff', 'U+FEFF'],
  ])('%s', (_, hidden, character) => {
    expect(parsePolicies([{ file: 'a', text: `${good}${hidden}\n` }]).problems).toEqual([
      { file: 'a', line: 5, column: hidden.search(/[^\n -~]/) + 1, path: '', message: `has ${character} in it, which readers of YAML disagree on or nobody sees` },
    ]);
  });

  test.each(['0443', '+0443', '8_443', '0x1_bb', '0o673', '0b110111011', '4.43e2', '443e0', '.443E3', '7:23', 'y', 'No', 'ON'])('%s', (word) => {
    expect(parsePolicies([{ file: 'a', text: tool(`ports: [${word}]`) }]).problems.map(({ message }) => message)).toEqual([`${word} means different things to different readers of YAML`]);
    expect(parsePolicies([{ file: 'a', text: good.replace('spec: {', `spec: {agents: {matchLabels: {app: ${word}}}, `) }]).problems[0]?.message).toBe(`${word} means different things to different readers of YAML`);
  });

  test.each([['443', 443], ['0x1bb', 443], ['0xBB', 187]])('but not %s, which all read as %i', (word, port) => {
    expect(parsePolicies([{ file: 'a', text: tool(`ports: [${word}]`) }]).policies[0]?.spec.tools[0]?.http?.ports).toEqual([port]);
  });

  test.each(['\ufeff', ''])('and not a byte order mark at its beginning, or Windows line ends: %j', (mark) => {
    expect(parsePolicies([{ file: 'a', text: mark + good.replaceAll('\n', '\r\n') }]).problems).toEqual([]);
  });
});

test('a label that the schema would drop is refused, also beside others: it would widen what the policy selects', () => {
  const text = good.replace('spec: {', 'spec: {agents: {matchLabels: {__proto__: x, app: triage}}, ');
  expect(parsePolicies([{ file: 'a', text }]).problems).toEqual([
    { file: 'a', line: 4, column: 31, path: 'spec.agents.matchLabels.__proto__', message: 'the key is "__proto__"', expected: 'the name of a Kubernetes label' },
  ]);
});

describe('a bare off', () => {
  test.each(['tls: off', 'tls: "off"', "tls: 'off'", '"tls": off'])('is read as the text where it stands for TLS: %s', (http) => {
    const { policies, problems } = parsePolicies([{ file: 'a', text: tool(http) }]);
    expect(problems).toEqual([]);
    expect(policies[0]?.spec.tools[0]?.http?.tls).toBe('off');
  });

  test.each([
    ['in other letters', tool('tls: OFF'), 'OFF'],
    ['the other words for it', tool('tls: no'), 'no'],
    ['in a list', tool('tls: [off]'), 'off'],
    ['as a key', tool('tls: {off: a}'), 'off'],
    ['elsewhere in the tool', tool('ports: [off]'), 'off'],
    ['for the mode', policy('mode: off, tools: []'), 'off'],
    ['for a key of the same name elsewhere', policy('tools: [], tls: off'), 'off'],
    ['as a label', policy('agents: {matchLabels: {tls: off}}, tools: []'), 'off'],
  ])('is refused %s', (_, text, word) => {
    expect(parsePolicies([{ file: 'a', text }]).problems[0]?.message).toBe(`${word} means different things to different readers of YAML`);
  });

  test('that YAML 1.1 made a boolean of is refused, with what to write', () => {
    const object = { apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name: 'a', namespace: 'a' }, spec: { tools: [{ name: 'a', http: { hosts: [], tls: false } }] } };
    expect(parseObjects([object], 'a').problems).toEqual([{ file: 'a', line: 0, column: 0, path: 'spec.tools[0].http.tls', message: 'is false', expected: 'one of intercept, off, tunnel', nearest: '"off"' }]);
  });
});

describe('an object without text', () => {
  test('is read as the API server sends it', () => {
    const object = { ...parsePolicies([{ file: 'a', text: good }]).policies[0], metadata: { name: 'triage', namespace: 'agents', resourceVersion: '1', managedFields: [], creationTimestamp: '2026-01-01T00:00:00Z' } };
    expect(parseObjects([object], 'agentpolicy').problems).toEqual([]);
  });

  test.each([[null], [7], ['text'], [[]], [{}], [{ kind: 'AgentPolicy' }], [{ kind: 'AgentPolicy', spec: { tools: [null] } }]])('%j is refused', (object) => {
    const { problems, policies } = parseObjects([object], 'source');
    expect(policies).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ file, line, column }) => file === 'source' && line === 0 && column === 0)).toBe(true);
  });
});

test('what was read reads back as itself, from JSON and from YAML', () => {
  fc.assert(fc.property(specs(), (spec) => {
    const { policies, problems } = parsePolicies([{ file: 'a', text: policy(spec) }]);
    if (problems.length > 0) return;
    expect(parseObjects(policies, 'b').policies).toEqual(policies);
    expect(parsePolicies([{ file: 'c', text: stringify(policies[0]) }]).policies).toEqual(policies);
  }), { numRuns: 100 });
});

test('whatever value comes, it is read or refused, never an exception', () => {
  const words = fc.constantFrom('AgentPolicy', 'sallyport.dev/v1alpha1', 'a.example', '*', '/a', '10.0.0.0/8', 'GET', 'deny', '');
  const keys = fc.constantFrom('apiVersion', 'kind', 'metadata', 'spec', 'tools', 'http', 'hosts', 'rules', 'allow', 'paths', 'name', 'namespace', 'agents', 'matchLabels', '__proto__');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 5 }, words, fc.integer(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(keys, tie('value'), { maxKeys: 4 })),
  }));
  fc.assert(fc.property(value, (object) => {
    const shaped = { apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name: 'a', namespace: 'a' }, spec: { tools: [object] } };
    for (const each of [object, shaped, { kind: 'AgentPolicy', spec: object }, { kind: 'SandboxProfile', spec: object }, { kind: 'Exemption', spec: object }]) {
      const { policies, profiles, exemptions, problems } = parseObjects([each], 'x');
      expect(policies.length + profiles.length + exemptions.length > 0).toBe(problems.length === 0);
    }
  }), { numRuns: 300 });
});
