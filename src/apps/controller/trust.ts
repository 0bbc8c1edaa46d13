import type { KubeClient } from '../../adapters/kube/client.ts';
import type { Trust } from '../../adapters/kube/trust.ts';
import { TRUST_CONFIG_MAP } from '../../core/terms/fixed-names.ts';

/** Milliseconds after which the ConfigMap is written again, in case that somebody changed or deleted it. */
const AGAIN = 30_000;

export interface TrustPublication {
  /** Writes now: the trust has changed. */
  wake(): void;
  stop(): void;
}

/** Tells the webhook, in the ConfigMap `sallyport-trust`, whom the sidecars that it injects may trust. Rejects if the first write fails. */
export async function publishTrust(client: KubeClient, namespace: string, trust: () => Trust, onFault: (fault: unknown) => void): Promise<TrustPublication> {
  await write(client, namespace, trust());
  const again = (): void => {
    write(client, namespace, trust()).catch(onFault);
  };
  const timer = setInterval(again, AGAIN);
  return { wake: again, stop: () => clearInterval(timer) };
}

// Server-side apply makes the object where it is not there, and every replica writes the same.
async function write(client: KubeClient, namespace: string, { ca, keys }: Trust): Promise<void> {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: TRUST_CONFIG_MAP, namespace },
    data: { 'ca.crt': ca, 'link-keys': keys.map((key) => `${key}\n`).join('') },
  };
  const query = { fieldManager: 'sallyport-controller', force: 'true' };
  await client.patch(`/api/v1/namespaces/${namespace}/configmaps/${TRUST_CONFIG_MAP}`, 'apply', object, { query });
}
