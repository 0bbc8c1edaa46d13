import { Buffer } from 'node:buffer';
import type { KubeClient, KubeObject } from './client.ts';
import { unlessFault } from './fault.ts';

const PART = 'private.pem';

/** A private key's text, from the Secret of that name; made there by whichever replica starts first, and never replaced. Rejects with KubeFault. */
export async function keepKey(client: KubeClient, namespace: string, name: string, generate: () => string): Promise<string> {
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  const found = await unlessFault('not-found', () => client.get<KubeObject>(`${collection}/${name}`))
    ?? await unlessFault('conflict', () => client.create<KubeObject>(collection, secretOf(namespace, name, generate())))
    ?? await client.get<KubeObject>(`${collection}/${name}`);
  return pemOf(found);
}

function secretOf(namespace: string, name: string, pem: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'Opaque',
    data: { [PART]: Buffer.from(pem, 'utf8').toString('base64') },
  };
}

function pemOf({ data }: KubeObject): string {
  const text: unknown = Object.entries(data ?? {}).find(([name]) => name === PART)?.[1];
  return typeof text === 'string' ? Buffer.from(text, 'base64').toString('utf8') : '';
}
