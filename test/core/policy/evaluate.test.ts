import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../src/core/policy/evaluate.ts';
import type { Tool } from '../../../src/core/policy/model.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import type { Action, Headers, HttpAction } from '../../../src/core/terms/action.ts';
import { Permit } from '../../../src/core/terms/permit.ts';
import type { Verdict } from '../../../src/core/terms/verdict.ts';
import { AGENT, apiPolicy, call, calls, policy, snapshotOf, specs } from './fixtures.ts';

/** A verdict as the tables below write it: `permit allowed-by-rule read`. */
function brief(verdict: Verdict): string {
  const { reason, rule } = verdict.kind === 'permit' ? verdict.facts : verdict;
  return [verdict.kind, reason, ...(rule === undefined ? [] : [rule.rule])].join(' ');
}

function judged(policies: readonly string[], text: string, headers: Headers = []): string {
  return brief(evaluate(snapshotOf(policies), AGENT, call(text, headers), 0));
}

const TRACKER = policy(`tools: [
  {name: tracker, http: {hosts: [tracker.example.com, "*.tracker.example.com"]}, access: read-only, rules: [
    {name: comment, allow: {methods: [POST], paths: ["/projects/*/issues/*/comments"]}},
    {name: merge, hold: {methods: [PUT], paths: ["/projects/*/changes/*/merge"]}, reason: a person merges.},
    {name: secrets, deny: {paths: ["/projects/*/secrets/**"]}, reason: credentials stay out},
    {deny: {methods: [DELETE]}}]},
  {name: docs, http: {hosts: [docs.tracker.example.com], ports: [443, 8443]}, access: full},
  {name: plain, http: {hosts: [plain.example.com], tls: "off"}, access: read-write}]`);

describe('a call is judged', () => {
  test.each([
    ['by the access preset', 'GET https://tracker.example.com/projects/a', 'permit allowed-by-access access'],
    ['HEAD and OPTIONS being read-only as well', 'OPTIONS https://tracker.example.com/', 'permit allowed-by-access access'],
    ['by an allow rule', 'POST https://tracker.example.com/projects/a/issues/7/comments', 'permit allowed-by-rule comment'],
    ['by a hold rule', 'PUT https://tracker.example.com/projects/a/changes/9/merge', 'hold held-by-rule merge'],
    ['by a deny rule before the access preset', 'GET https://tracker.example.com/projects/a/secrets/key', 'deny denied-by-rule secrets'],
    ['by a rule without a name, called by its position', 'DELETE https://tracker.example.com/projects/a', 'deny denied-by-rule rules[3]'],
    ['with nothing that matches', 'POST https://tracker.example.com/projects/a', 'deny no-rule-matched'],
    ['with a path that an allow rule matches but for a slash', 'POST https://tracker.example.com/projects/a/issues/7/comments/', 'deny no-rule-matched'],
    ['with a method that the access preset knows in upper case only', 'get https://tracker.example.com/projects/a', 'deny no-rule-matched'],
    ['below a wildcard', 'GET https://eu.tracker.example.com/', 'permit allowed-by-access access'],
    ['below a wildcard, two labels deep', 'GET https://a.eu.tracker.example.com/', 'deny host-not-listed'],
    ['by the most specific host pattern', 'DELETE https://docs.tracker.example.com/', 'permit allowed-by-access access'],
    ['on another listed port', 'GET https://docs.tracker.example.com:8443/', 'permit allowed-by-access access'],
    ['on a port that is not listed', 'GET https://tracker.example.com:8443/', 'deny port-not-listed'],
    ['over plain HTTP where the tool wants TLS', 'GET http://tracker.example.com:443/', 'deny scheme-not-listed'],
    ['over plain HTTP where the tool says so', 'PATCH http://plain.example.com/', 'permit allowed-by-access access'],
    ['over TLS where the tool wants plain HTTP', 'GET https://plain.example.com:80/', 'deny scheme-not-listed'],
    ['to a host that is not listed', 'GET https://example.com/', 'deny host-not-listed'],
  ])('%s: %s', (_, text, expected) => {
    expect(judged([TRACKER], text)).toBe(expected);
  });
});

describe('a lenient server finds no way around a deny or hold rule', () => {
  test.each([
    ['other case', 'GET https://tracker.example.com/projects/a/Secrets/key', 'deny denied-by-rule secrets'],
    ['path parameters', 'GET https://tracker.example.com/projects/a/secrets;x/key', 'deny denied-by-rule secrets'],
    ['encoded path parameters', 'GET https://tracker.example.com/projects/a/secrets%3Bx/key', 'deny denied-by-rule secrets'],
    ['a slash at the end', 'PUT https://tracker.example.com/projects/a/changes/9/merge/', 'hold held-by-rule merge'],
    ['another case of the method', 'delete https://tracker.example.com/projects/a', 'deny denied-by-rule rules[3]'],
  ])('by %s: %s', (_, text, expected) => {
    expect(judged([TRACKER], text)).toBe(expected);
  });

  test.each([
    ['x-http-method-override', 'DELETE', 'deny denied-by-rule rules[3]'],
    ['x-http-method', ' delete ', 'deny denied-by-rule rules[3]'],
    ['x-method-override', 'PUT', 'deny no-rule-matched'],
    ['x-method-override', 'HEAD', 'permit allowed-by-access access'],
    ['x-other', 'DELETE', 'permit allowed-by-access access'],
  ])('by the header %s: %s', (name, value, expected) => {
    expect(judged([TRACKER], 'GET https://tracker.example.com/projects/a', [[name, value]])).toBe(expected);
  });

  test.each(['DELETE, GET', 'ERASE', 'TRACE', ''])('by an x-method-override that servers would read differently: %j', (value) => {
    const docs = 'https://docs.tracker.example.com/';
    expect(judged([TRACKER], `DELETE ${docs}`)).toBe('permit allowed-by-access access');
    expect(judged([TRACKER], `POST ${docs}`, [['x-method-override', value]])).toBe('deny request-malformed');
  });
});

test.each(['TRACE', 'CONNECT', 'trace'])('%s is refused even where any method is allowed, or policy only observes', (method) => {
  for (const mode of ['enforce', 'observe'] as const) {
    expect(judged([apiPolicy('access: full', 'all', mode)], `${method} https://api.example.com/a`)).toBe('deny request-malformed');
  }
});

describe('several policies', () => {
  const reads = apiPolicy('access: read-only', 'a-reads');
  const denies = apiPolicy('rules: [{deny: {paths: [/secret]}}]', 'denies');
  const holds = apiPolicy('rules: [{hold: {paths: [/secret, /held]}}]', 'holds');
  const writes = apiPolicy('rules: [{name: write, allow: {methods: [POST], paths: ["/**"]}}]', 'writes');
  const elsewhere = policy('tools: [{name: other, http: {hosts: [other.example.com]}, access: full}]', 'elsewhere');

  test.each([
    ['allows add up', [reads, writes], 'POST https://api.example.com/a', 'permit allowed-by-rule write'],
    ['silence of one stands in no other\'s way', [elsewhere, reads], 'GET https://api.example.com/a', 'permit allowed-by-access access'],
    ['a deny rule wins over another\'s allow', [reads, denies], 'GET https://api.example.com/secret', 'deny denied-by-rule rules[0]'],
    ['a hold rule wins over another\'s allow', [reads, holds], 'GET https://api.example.com/held', 'hold held-by-rule rules[0]'],
    ['a deny rule wins over another\'s hold', [holds, denies], 'GET https://api.example.com/secret', 'deny denied-by-rule rules[0]'],
    ['where none allows the nearest miss is told', [elsewhere, reads], 'POST https://api.example.com/a', 'deny no-rule-matched'],
  ])('%s', (_, policies, text, expected) => {
    expect(judged(policies, text)).toBe(expected);
    expect(judged(policies.toReversed(), text)).toBe(expected);
  });

  test('the addresses and captures of all that allow are put together', () => {
    const wide = policy('tools: [{name: a, http: {hosts: [api.example.com], addresses: [10.0.0.0/8]}, access: full, capture: {payload: full, limit: 10, redact: [$.a]}}]', 'wide');
    const wider = policy('tools: [{name: b, http: {hosts: [api.example.com], addresses: [127.0.0.1]}, access: full, capture: {payload: full, redact: [$.b]}}]', 'wider');
    const silent = policy('tools: [{name: c, http: {hosts: [api.example.com], addresses: [192.168.0.0/16]}, capture: {payload: full, limit: 9000000}}]', 'silent');
    const verdict = evaluate(snapshotOf([wide, wider, silent]), AGENT, call('GET https://api.example.com/a'), 0);
    expect(verdict.kind === 'permit' && { ...verdict.facts, addresses: verdict.facts.addresses.map(({ text }) => text) }).toMatchObject({
      addresses: ['10.0.0.0/8', '127.0.0.1/32'],
      capture: { payload: 'full', limit: 65_536, redact: ['$.a', '$.b'] },
    });
  });
});

describe('in observe mode', () => {
  const observes = apiPolicy('access: read-only, rules: [{name: never, deny: {paths: [/secret]}}]', 'observes', 'observe');
  const enforces = apiPolicy('access: read-only', 'enforces');

  test.each([
    ['what is allowed passes as allowed', [observes], 'GET https://api.example.com/a', 'permit allowed-by-access access', undefined],
    ['what is denied passes, and the permit says so', [observes], 'GET https://api.example.com/secret', 'permit observed never', 'deny denied-by-rule never'],
    ['what nothing allows passes', [observes], 'POST https://api.example.com/a', 'permit observed', 'deny no-rule-matched'],
    ['a host that is not listed passes', [observes], 'GET https://other.example.com/a', 'permit observed', 'deny host-not-listed'],
    ['an enforcing policy decides alone', [observes, enforces], 'GET https://api.example.com/secret', 'permit allowed-by-access access', 'deny denied-by-rule never'],
    ['an enforcing policy refuses alone', [observes, enforces], 'POST https://api.example.com/a', 'deny no-rule-matched', undefined],
  ])('%s', (_, policies, text, expected, wouldBe) => {
    const verdict = evaluate(snapshotOf(policies), AGENT, call(text), 0);
    expect(brief(verdict)).toBe(expected);
    const hidden = verdict.kind === 'permit' ? verdict.facts.wouldBe : undefined;
    expect(hidden && brief(hidden)).toBe(wouldBe);
  });

  test('a malformed request is refused all the same', () => {
    const action: Action = { kind: 'malformed', reason: 'authority-mismatch', sentence: 'They disagree.' };
    expect(brief(evaluate(snapshotOf([observes]), AGENT, action, 0))).toBe('deny authority-mismatch');
  });
});

describe('closed when in doubt', () => {
  const open = snapshotOf([apiPolicy('access: full')], { validUntil: 1_000 });
  const fine = call('GET https://api.example.com/a');

  test.each([
    ['no snapshot', undefined, AGENT, fine, 0, 'deny policy-missing'],
    ['a snapshot of no policies', snapshotOf([]), AGENT, fine, 0, 'deny policy-missing'],
    ['a snapshot that is still good', open, AGENT, fine, 1_000, 'permit allowed-by-access access'],
    ['a snapshot that has run out', open, AGENT, fine, 1_001, 'deny policy-stale'],
    ['a clock that shows no time', open, AGENT, fine, Number.NaN, 'deny policy-stale'],
    ['an agent of another namespace', open, { namespace: 'others', agent: 'triage' }, fine, 0, 'deny policy-missing'],
    ['a malformed action', open, AGENT, { kind: 'malformed', reason: 'tls-malformed', sentence: 'Broken.' } as const, 0, 'deny tls-malformed'],
    ['a path that is not canonical', open, AGENT, { ...fine, path: '/a/../b' }, 0, 'deny path-ambiguous'],
    ['a path that is canonical but for its spelling', open, AGENT, { ...fine, path: '/%61' }, 0, 'deny path-ambiguous'],
    ['a path with a query in it', open, AGENT, { ...fine, path: '/a?b' }, 0, 'deny path-ambiguous'],
  ])('%s', (_, snapshot, subject, action, now, expected) => {
    expect(brief(evaluate(snapshot, subject, action, now))).toBe(expected);
  });

  test.each([
    ['no tools', 'tools: []', 'host-not-listed'],
    ['no hosts', 'tools: [{name: api, http: {hosts: []}, access: full}]', 'host-not-listed'],
    ['no ports', 'tools: [{name: api, http: {hosts: [api.example.com], ports: []}, access: full}]', 'port-not-listed'],
    ['no rules', 'tools: [{name: api, http: {hosts: [api.example.com]}, rules: []}]', 'no-rule-matched'],
    ['no methods', 'tools: [{name: api, http: {hosts: [api.example.com]}, rules: [{allow: {methods: []}}]}]', 'no-rule-matched'],
    ['no paths', 'tools: [{name: api, http: {hosts: [api.example.com]}, rules: [{allow: {methods: [GET], paths: []}}]}]', 'no-rule-matched'],
  ])('an empty list matches nothing: %s (E35)', (_, spec, reason) => {
    expect(judged([policy(spec)], 'GET https://api.example.com/a')).toBe(`deny ${reason}`);
  });
});

describe('whatever the policies and the call', () => {
  const several = fc.array(specs(), { minLength: 1, maxLength: 3 }).map((some) => some.map((spec, index) => policy(spec, `p${index}`)));

  test('the verdict is what the plain reading of the policies says', () => {
    fc.assert(fc.property(several, calls(), (policies, action) => {
      expect(evaluate(snapshotOf(policies), AGENT, action, 0).kind).toBe(plainReading(policies, action));
    }), { numRuns: 300 });
  });

  test('a permit is a real one, for the authority that was asked for', () => {
    let permits = 0;
    fc.assert(fc.property(several, calls(), (policies, action) => {
      const verdict = evaluate(snapshotOf(policies, { generation: 7 }), AGENT, action, 0);
      if (verdict.kind !== 'permit') return;
      permits += 1;
      expect(Permit.proven(verdict)).toBe(true);
      expect(verdict.facts).toMatchObject({ authority: action.authority, generation: 7, digest: snapshotOf(policies).digest });
    }), { numRuns: 150 });
    expect(permits).toBeGreaterThan(0);
  });

  test('a policy more takes nothing away from a deny or hold rule that matched', () => {
    let matched = 0;
    fc.assert(fc.property(several, specs(), calls(), (policies, spec, action) => {
      const enforced = policies.map((text) => text.replace('mode: observe', 'mode: enforce'));
      const before = evaluate(snapshotOf(enforced), AGENT, action, 0);
      const after = evaluate(snapshotOf([...enforced, policy(spec, 'more')]), AGENT, action, 0);
      if (before.kind === 'permit' || before.rule === undefined) return;
      matched += 1;
      expect(after.kind).not.toBe('permit');
    }), { numRuns: 300 });
    expect(matched).toBeGreaterThan(0);
  });

  test('a tool that lists nothing allows nothing (E35)', () => {
    fc.assert(fc.property(specs(), calls(), (spec, action) => {
      const empty = spec.replace('mode: observe', 'mode: enforce').replace(/hosts: \[[^\]]*\]/, 'hosts: []');
      expect(brief(evaluate(snapshotOf([policy(empty)]), AGENT, action, 0))).toBe('deny host-not-listed');
    }), { numRuns: 150 });
  });

  test('the order of the policies makes no difference to the kind of verdict', () => {
    fc.assert(fc.property(several, calls(), (policies, action) => {
      const forth = evaluate(snapshotOf(policies), AGENT, action, 0);
      const renamed = policies.toReversed().map((text, index) => text.replace(/name: p\d/, `name: p${index}`));
      expect(evaluate(snapshotOf(renamed), AGENT, action, 0).kind).toBe(forth.kind);
    }), { numRuns: 150 });
  });
});

describe('a refusal says what was refused and what would make it pass', () => {
  test.each([
    ['GET https://traker.example.com/', 'GET https://traker.example.com/ is not allowed: no tool lists the host traker.example.com.', 'Did you mean tracker.example.com? Otherwise list traker.example.com under http.hosts of a tool in agents/triage.'],
    ['GET https://unheard.of.example/', 'GET https://unheard.of.example/ is not allowed: no tool lists the host unheard.of.example.', 'To let it pass, list unheard.of.example under http.hosts of a tool in agents/triage.'],
    ['GET https://docs.tracker.example.com:9443/', 'GET https://docs.tracker.example.com:9443/ is not allowed: tool docs does not list port 9443.', 'Call port 443 or 8443, or list 9443 under http.ports of tool docs in agents/triage.'],
    ['GET http://tracker.example.com:443/', 'GET http://tracker.example.com:443/ is not allowed: tool tracker is called by https, not by http.', 'Call it by https.'],
    ['POST https://tracker.example.com/a', 'POST https://tracker.example.com/a is not allowed: no rule of tool tracker matches.', 'An allow rule for POST /a in tool tracker in agents/triage would let it pass.'],
    ['PUT https://tracker.example.com/projects/a/changes/9/merge', 'PUT https://tracker.example.com/projects/a/changes/9/merge has to be decided by a person, says rule merge of tool tracker in agents/triage: a person merges.', 'Only a change of that rule by whoever keeps agents/triage would let it pass.'],
    ['GET https://tracker.example.com/projects/a/secrets/b', 'GET https://tracker.example.com/projects/a/secrets/b is denied by rule secrets of tool tracker in agents/triage: credentials stay out.', 'Only a change of that rule by whoever keeps agents/triage would let it pass.'],
  ])('%s', (text, sentence, hint) => {
    expect(evaluate(snapshotOf([TRACKER]), AGENT, call(text), 0)).toMatchObject({ sentence, hint });
  });

  test('an agent that no policy selects is told which one nearly does', () => {
    const labelled = policy('agents: {matchLabels: {app: triage}}, tools: []');
    expect(evaluate(snapshotOf([labelled]), AGENT, call('GET https://a.example/'), 0)).toMatchObject({
      sentence: 'No policy selects agent agents/triage.',
      hint: 'Policy agents/triage does not select it: it wants label app=triage, and no labels are known of the agent.',
    });
  });
});

type Plain = 'permit' | 'deny' | 'hold';

/** The specification once more, by the shortest way: of the specs that `specs` writes, whose paths have no letter case or parameters to speak of. */
function plainReading(policies: readonly string[], { method, path, authority: { scheme, host, port } }: HttpAction): Plain {
  const read = parsePolicies(policies.map((text, index) => ({ file: `${index}`, text }))).policies;
  const enforcing = read.filter(({ spec }) => spec.mode === 'enforce');
  if (enforcing.length === 0) return 'permit';
  const loose = path.toLowerCase().replaceAll(/;[^/]*/g, '').replace(/\/$/, '');
  const tools = enforcing.flatMap(({ spec }) => spec.tools.filter(({ http }) => http?.hosts.some((each) => (each === '*.example.com' ? /^[a-z]+\.example\.com$/.test(host) : each === host))));
  const called = scheme === 'https' && port === 443 ? tools : [];
  if (called.some(matching('deny', method.toUpperCase(), loose))) return 'deny';
  if (called.some(matching('hold', method.toUpperCase(), loose))) return 'hold';
  const reads = ['GET', 'HEAD', 'OPTIONS'].includes(method);
  const allowed = called.some((tool) => matching('allow', method, path)(tool) || tool.access === 'full' || (tool.access === 'read-only' && reads));
  return allowed ? 'permit' : 'deny';
}

function matching(effect: 'allow' | 'deny' | 'hold', method: string, path: string): (tool: Tool) => boolean {
  return ({ rules }) => rules.some((rule) => rule[effect]?.methods?.some((each) => each === method) === true && rule[effect].paths?.some((each) => PATHS[each]?.test(path)) === true);
}

/** The path patterns that `specs` writes. */
const PATHS: Readonly<Record<string, RegExp>> = { '/a': /^\/a$/, '/a/*': /^\/a\/[^/]+$/, '/**': /^/, '/b': /^\/b$/ };
