import { describe, expect, test } from 'vitest';
import type { KubeClient } from '../../../src/adapters/kube/client.ts';
import { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { livePod, podsOf } from '../../../src/adapters/kube/pods.ts';
import type { Pod } from '../../../src/core/checks/pod.ts';
import type { Fact } from '../../../src/core/terms/fact.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const signal = new AbortController().signal;
const pod = (name: string, spec: object = { containers: [{ name: 'a' }] }) => ({ metadata: { name, namespace: 'agents' }, spec });

describe('a live pod', () => {
  test('is what the API server has by that name', async () => {
    const store = new KubeStore();
    store.put('/api/v1/namespaces/agents/pods/triage', pod('triage'));
    expect(await livePod(store.client, 'agents', 'triage', signal)).toMatchObject({ known: true, value: { metadata: { name: 'triage' } } });
    expect(await livePod(store.client, 'agents', 'absent', signal)).toEqual({ known: true, value: undefined });
  });

  test('cannot lead anywhere else by a strange name', async () => {
    const store = new KubeStore();
    await livePod(store.client, '../nodes', 'a/log', signal);
    expect(store.requests).toEqual(['GET /api/v1/namespaces/..%2Fnodes/pods/a%2Flog']);
  });

  test('is unknown where the API server does not tell, or tells of something else', async () => {
    const store = new KubeStore();
    const silent = { ...store.client, get: () => Promise.reject(new KubeFault('unreachable', 'connection refused')) };
    expect(await livePod(silent, 'agents', 'triage', signal)).toEqual({ known: false, sentence: 'Pod agents/triage is not known, because the API server did not tell (connection refused); try again.' });
    store.put('/api/v1/namespaces/agents/pods/odd', pod('odd', { containers: 'none' }));
    expect(await livePod(store.client, 'agents', 'odd', signal)).toMatchObject({ known: false, sentence: expect.stringContaining('Pod agents/odd is not one as this version of Sallyport knows them: spec.containers') });
  });

  test('is not made up where the fault is our own', async () => {
    const broken = { ...new KubeStore().client, get: () => Promise.reject(new TypeError('a mistake')) };
    await expect(livePod(broken, 'agents', 'triage', signal)).rejects.toThrow('a mistake');
  });
});

/** Pages of the names given; a page that is a fault is thrown. */
function paged(...answers: (readonly object[] | KubeFault)[]): KubeClient {
  let page = 0;
  const get = (): Promise<never> => {
    const items = answers[page];
    page += 1;
    return items instanceof KubeFault ? Promise.reject(items) : Promise.resolve({ metadata: page < answers.length ? { continue: `page-${page}` } : {}, items } as never);
  };
  return { ...new KubeStore().client, get };
}

const told = async (client: KubeClient): Promise<string[]> => {
  const facts: Fact<readonly (Pod | undefined)[]>[] = [];
  for await (const fact of podsOf(client, 'agents', signal)) facts.push(fact);
  return facts.map((fact) => (fact.known ? fact.value.map((one) => one?.metadata?.name ?? 'unread').join() : fact.sentence));
};

describe('the pods of a namespace', () => {
  test('come page by page', async () => {
    expect(await told(paged([pod('a'), pod('b')], [pod('c')]))).toEqual(['a,b', 'c']);
  });

  test('end with the sentence that says why there are no more', async () => {
    expect(await told(paged([pod('a')], new KubeFault('gone', 'the list has expired'), [pod('c')]))).toEqual(['a', 'The pods of namespace agents are not known, because the API server did not tell (the list has expired); try again.']);
  });

  test('go on behind one that cannot be read', async () => {
    expect(await told(paged([pod('a'), pod('odd', { containers: 7 })], [pod('c')]))).toEqual(['a,unread', 'c']);
  });
});
