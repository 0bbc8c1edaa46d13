import { describe, expect, test } from 'vitest';
import { answerTo } from '../../../src/adapters/network/dns-answer.ts';
import { createSyntheticNames } from '../../../src/adapters/network/names.ts';
import type { HostName } from '../../../src/core/terms/authority.ts';
import type { Query } from '../../../src/core/traffic/dns.ts';

const MENTIONED = new Set<string>(['orders.shop.svc.cluster.local', 'tools.localhost']);

function ask(name: string, type = 1) {
  const query: Query = { id: 1, name, type, recursionDesired: true, edns: false, question: new Uint8Array() };
  const names = createSyntheticNames();
  const answer = answerTo(query, { names, mentions: (host: HostName) => MENTIONED.has(host), clusterDomain: 'cluster.local' });
  return { answer, names };
}

describe('an answer', () => {
  test.each([
    ['an outside name', 'api.example.com'],
    ['an outside name that no policy lists, so that the refusal can say so', 'unlisted.example'],
    ['a name of one label', 'intranet'],
    ['a name inside the cluster that a policy lists', 'orders.shop.svc.cluster.local'],
    ['a name below localhost that a policy lists', 'tools.localhost'],
    ['a name that only ends like the cluster', 'notcluster.local'],
  ])('to %s is a synthetic address that stands for it', (_, name) => {
    const { answer, names } = ask(name);
    expect(answer).toMatchObject({ kind: 'address', ttl: 30 });
    expect(names.nameOf(answer.kind === 'address' ? answer.address : '')).toBe(name);
  });

  test.each([
    ['a name inside the cluster that no policy lists', 'payments.shop.svc.cluster.local'],
    ['an outside name with the search list appended', 'api.example.com.agents.svc.cluster.local'],
    ['the cluster itself', 'cluster.local'],
    ['localhost', 'localhost'],
    ['a reverse lookup', '1.2.0.192.in-addr.arpa'],
    ['a number that looks like an address', '3221225985'],
    ['an address', '192.0.2.1'],
    ['a label that begins with a hyphen', '-a.example.com'],
  ])('to %s is that there is no such name, and no address is spent on it', (_, name) => {
    const { answer, names } = ask(name);
    expect(answer).toEqual({ kind: 'no-such-name' });
    expect(names.size).toBe(0);
  });

  test.each([
    ['AAAA', 28],
    ['HTTPS', 65],
    ['SVCB', 64],
    ['TXT', 16],
    ['MX', 15],
    ['SRV', 33],
    ['ANY', 255],
    ['NULL', 10],
  ])('to a question for %s is empty: nothing is carried in or out', (_, type) => {
    const { answer, names } = ask('api.example.com', type);
    expect(answer).toEqual({ kind: 'empty' });
    expect(names.size).toBe(0);
  });

  test('without a cluster to a name like those of one is a synthetic address', () => {
    const names = createSyntheticNames();
    const query: Query = { id: 1, name: 'payments.shop.svc.cluster.local', type: 1, recursionDesired: true, edns: false, question: new Uint8Array() };
    expect(answerTo(query, { names, mentions: () => false }).kind).toBe('address');
  });
});
