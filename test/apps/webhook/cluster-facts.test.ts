import { describe, expect, test } from 'vitest';
import { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { clusterFacts, type ClusterSources } from '../../../src/apps/webhook/cluster-facts.ts';
import { NOTHING_KNOWN } from '../../../src/core/checks/facts.ts';
import { BUILT_IN_PROFILES, type SandboxProfile } from '../../../src/core/policy/profile.ts';
import { known } from '../../../src/core/terms/fact.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const BASE = { image: 'registry.example.com/s:1', imagePullPolicy: 'Always', controllerUrl: 'https://c.example', resolver: '10.96.0.10', clusterDomain: 'cluster.local', probes: [] } as const;
const CUSTOM: SandboxProfile = { ...BUILT_IN_PROFILES.contained, metadata: { name: 'lab' }, spec: { ...BUILT_IN_PROFILES.contained.spec, capturedPorts: [443, 8443] } };

function factsWith(sources: { namespaces?: Partial<ClusterSources['namespaces']>; profiles?: Partial<ClusterSources['profiles']>; trust?: ReturnType<ClusterSources['trust']['current']> }) {
  return clusterFacts({
    namespaces: { synced: true, labels: () => Promise.resolve({ a: 'b' }), labelled: (label) => [`those with ${label}`], ...sources.namespaces },
    profiles: { synced: true, named: () => undefined, templates: () => [], ...sources.profiles },
    trust: { current: () => sources.trust ?? { trust: { ca: 'PEM', keys: ['K'] } } },
    objects: { missing: () => [], facts: NOTHING_KNOWN, ask: () => Promise.resolve(NOTHING_KNOWN) },
    exemptions: { synced: true, all: () => known([]) },
    client: new KubeStore().client,
    now: Date.now,
  }, BASE);
}

const signal = new AbortController().signal;

describe('facts out of a cluster', () => {
  test('are labels, where the namespace is there', async () => {
    expect(await factsWith({}).namespaceLabels('agents', signal)).toEqual({ known: true, value: { a: 'b' } });
    expect(factsWith({}).agentNamespaces()).toEqual(['those with sallyport.dev/agents']);
  });

  test('are unknown where there is no such namespace, and where the API server does not say', async () => {
    expect(await factsWith({ namespaces: { labels: () => Promise.resolve(undefined) } }).namespaceLabels('gone', signal)).toEqual({ known: false, sentence: 'There is no namespace gone, so nobody can tell whether it takes agents.' });
    const away = factsWith({ namespaces: { labels: () => Promise.reject(new KubeFault('unreachable', 'GET /x: connection refused')) } });
    expect(await away.namespaceLabels('agents', signal)).toEqual({ known: false, sentence: expect.stringContaining('connection refused') });
  });

  test('do not hide a fault of our own', async () => {
    await expect(factsWith({ namespaces: { labels: () => Promise.reject(new TypeError('ours')) } }).namespaceLabels('agents', signal)).rejects.toThrow('ours');
  });

  test.each(['toString', '__proto__', 'constructor'])('find no profile of the name %s', (name) => {
    expect(factsWith({}).profile(name)).toEqual({ known: true, value: undefined });
  });

  test('find installed profiles, and say why one is of no use', () => {
    const facts = factsWith({ profiles: { named: (name) => (name === 'lab' ? { profile: CUSTOM } : { broken: 'spec.maxLifetime: unknown' }) } });
    expect(facts.profile('lab')).toEqual({ known: true, value: CUSTOM });
    expect(facts.profile('odd')).toEqual({ known: false, sentence: 'The SandboxProfile odd cannot be enforced as it is written: spec.maxLifetime: unknown' });
  });

  test('keep a built-in profile what it is, whatever is installed under its name', () => {
    expect(factsWith({ profiles: { named: () => ({ profile: CUSTOM }) } }).profile('isolated')).toEqual({ known: true, value: BUILT_IN_PROFILES.isolated });
  });

  test('say of an unknown profile that profiles are not known yet, as long as they are not', () => {
    expect(factsWith({ profiles: { synced: false } }).profile('lab')).toEqual({ known: false, sentence: expect.stringContaining('not known yet; try again') });
  });

  test('say of a profile that nobody knows as it is now why that is', () => {
    expect(factsWith({ profiles: { named: () => ({ stale: 'Nothing was heard.' }) } }).profile('lab')).toEqual({ known: false, sentence: 'The namespace picks the profile lab. Nothing was heard.' });
  });

  test('make of base, trust and profile the settings of injection', () => {
    expect(factsWith({}).injection(CUSTOM)).toMatchObject({ known: true, value: { image: BASE.image, controller: { url: 'https://c.example', ca: 'PEM', keys: ['K'] }, capturedPorts: [{ port: 443, listener: 15002 }, { port: 8443, listener: 15100 }] } });
    expect(factsWith({ trust: { missing: 'Not yet.' } }).injection(CUSTOM)).toEqual({ known: false, sentence: 'Not yet.' });
  });

  test('are ready once namespaces and profiles were listed; the trust may come later', () => {
    expect(factsWith({ trust: { missing: 'Not yet.' } }).missing()).toEqual([]);
    expect(factsWith({ namespaces: { synced: false }, profiles: { synced: false } }).missing()).toEqual(['namespaces not listed yet', 'sandbox profiles not listed yet']);
  });
});
