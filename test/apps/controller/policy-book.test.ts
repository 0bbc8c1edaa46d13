import { describe, expect, test } from 'vitest';
import { PolicyBook } from '../../../src/apps/controller/policy-book.ts';
import { readPolicy, type PolicyReading } from '../../../src/apps/controller/policy-reading.ts';
import type { Subject } from '../../../src/core/terms/subject.ts';

const TRIAGE: Subject = { namespace: 'agents', agent: 'triage', uid: 'uid-1', labels: { app: 'triage' } };

function reading(name: string, hosts: readonly string[], spec: object = {}, namespace = 'agents'): PolicyReading {
  return readPolicy({
    apiVersion: 'sallyport.dev/v1alpha1', kind: 'AgentPolicy', metadata: { name, namespace, uid: 'u', resourceVersion: '3', creationTimestamp: '2026-01-01T00:00:00Z', managedFields: [] },
    spec: { tools: [{ name: 'items', http: { hosts } }], ...spec },
  });
}

const broken = (name: string, namespace = 'agents'): PolicyReading => reading(name, ['*.com'], {}, namespace);

function bookOf(...readings: readonly PolicyReading[]): PolicyBook {
  const book = new PolicyBook();
  for (const one of readings) book.put(one);
  return book;
}

const hosts = (book: PolicyBook, subject = TRIAGE): string[] => book.select(subject).policies.flatMap(({ spec }) => spec.tools.flatMap(({ http }) => http?.hosts ?? []));

describe('the policies of an agent', () => {
  test.each([
    ['of its namespace', reading('one', ['one.example']), ['one.example']],
    ['of another namespace', reading('one', ['one.example'], {}, 'elsewhere'), []],
    ['that its labels match', reading('one', ['one.example'], { agents: { matchLabels: { app: 'triage' } } }), ['one.example']],
    ['that its labels do not match', reading('one', ['one.example'], { agents: { matchLabels: { app: 'other' } } }), []],
  ])('are those %s', (_name, policy, expected) => {
    expect(hosts(bookOf(policy))).toEqual(expected);
  });

  test('are the same, of the same digest, in whatever order they came', () => {
    const [one, two] = [reading('one', ['one.example']), reading('two', ['two.example'])];
    expect(bookOf(one, two).select(TRIAGE)).toEqual(bookOf(two, one).select(TRIAGE));
    expect(bookOf(one, two).select(TRIAGE).digest).not.toBe(bookOf(one).select(TRIAGE).digest);
  });

  test('are told apart between namespaces with policies of the same names', () => {
    const book = bookOf(reading('one', ['one.example']), reading('one', ['other.example'], {}, 'elsewhere'));
    expect([hosts(book), hosts(book, { ...TRIAGE, namespace: 'elsewhere' })]).toEqual([['one.example'], ['other.example']]);
  });

  test('change with the book', () => {
    const book = bookOf(reading('one', ['one.example']));
    expect(hosts(book)).toEqual(['one.example']);
    book.put(reading('one', ['changed.example']));
    expect(hosts(book)).toEqual(['changed.example']);
    book.remove(reading('one', ['changed.example']));
    expect(hosts(book)).toEqual([]);
  });
});

describe('a policy that cannot be enforced as it is written', () => {
  test('stays in force in its last good version, and the agent is told', () => {
    const book = bookOf(reading('one', ['one.example']), broken('one'));
    expect(hosts(book)).toEqual(['one.example']);
    expect(book.select(TRIAGE).problems).toEqual([expect.stringContaining('*.com')]);
    expect(book.broken).toBe(1);
  });

  test('is in force again once it is mended', () => {
    const book = bookOf(reading('one', ['one.example']), broken('one'), reading('one', ['mended.example']));
    expect([hosts(book), book.select(TRIAGE).problems, book.broken]).toEqual([['mended.example'], [], 0]);
  });

  test('and has no good version denies everything in its namespace, since it might have denied what others allow', () => {
    const book = bookOf(reading('one', ['one.example']), broken('two'));
    expect(hosts(book)).toEqual([]);
    expect(book.select(TRIAGE).problems).toEqual([expect.stringContaining('agentpolicy/agents/two')]);
    book.remove(broken('two'));
    expect(hosts(book)).toEqual(['one.example']);
  });

  test.each<[string, object, string[]]>([
    ['that it may select', { matchLabels: { app: 'triage' } }, []],
    ['of its namespace, where it names no labels', {}, []],
    ['of its namespace, where its labels cannot be read', { matchLabels: { app: 7 } }, []],
    ['of its namespace, where it selects by more than labels', { matchLabels: { app: 'other' }, matchExpressions: [] }, []],
    ['and spares one that its labels do not match', { matchLabels: { app: 'other' } }, ['one.example']],
  ])('and has no good version denies everything to an agent %s', (_name, agents, expected) => {
    const book = bookOf(reading('one', ['one.example']), reading('two', ['*.com'], { agents }));
    expect([hosts(book), book.broken]).toEqual([expected, 1]);
  });

  test('does not concern other namespaces', () => {
    expect(hosts(bookOf(reading('one', ['one.example']), broken('two', 'elsewhere')))).toEqual(['one.example']);
  });

  test('loses its last good version with its object', () => {
    const book = bookOf(reading('one', ['one.example']));
    book.remove(broken('one'));
    book.put(broken('one'));
    expect(hosts(book)).toEqual([]);
  });
});
