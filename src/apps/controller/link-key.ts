import { Buffer } from 'node:buffer';
import type { KubeClient, KubeObject } from '../../adapters/kube/client.ts';
import { KubeFault } from '../../adapters/kube/fault.ts';
import { LINK_KEY_SECRET } from '../../adapters/kube/names.ts';
import { generateLinkKey, type LinkSigner, readLinkSigner } from '../../adapters/link/key.ts';

const PART = 'private.pem';

/**
 * The key that signs snapshots, from its Secret; made there by whichever replica starts first.
 *
 * It is never replaced here: running sidecars trust the public half that they were injected with.
 *
 * @throws KubeFault; LinkFault `key-invalid` for a Secret that holds something else.
 */
export async function keepLinkKey(client: KubeClient, namespace: string): Promise<LinkSigner> {
  const collection = `/api/v1/namespaces/${namespace}/secrets`;
  const found = await unlessFault('not-found', () => client.get<KubeObject>(`${collection}/${LINK_KEY_SECRET}`))
    ?? await unlessFault('conflict', () => client.create<KubeObject>(collection, secretOf(namespace, generateLinkKey())))
    ?? await client.get<KubeObject>(`${collection}/${LINK_KEY_SECRET}`);
  return readLinkSigner(pemOf(found));
}

async function unlessFault<T>(code: KubeFault['code'], step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (fault) {
    if (fault instanceof KubeFault && fault.code === code) return undefined;
    throw fault;
  }
}

function secretOf(namespace: string, pem: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: LINK_KEY_SECRET, namespace },
    type: 'Opaque',
    data: { [PART]: Buffer.from(pem, 'utf8').toString('base64') },
  };
}

function pemOf({ data }: KubeObject): string {
  const text: unknown = Object.entries(data ?? {}).find(([name]) => name === PART)?.[1];
  return typeof text === 'string' ? Buffer.from(text, 'base64').toString('utf8') : '';
}
