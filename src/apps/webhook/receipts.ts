import type { KubeClient } from '../../adapters/kube/client.ts';
import { publishInjection } from '../../adapters/kube/published-injection.ts';
import { keepReceiptKey } from '../../adapters/kube/receipt-key.ts';
import { receiptReader } from '../../core/injection/receipt.ts';
import type { InjectionBase } from './injection-settings.ts';
import type { Receipts } from './ports.ts';

/**
 * The receipts of this cluster: signed with the key in the Secret, read with that and every earlier key that was published. What others
 * need to read them is published first. Rejects with `KubeFault`.
 */
export async function clusterReceipts(client: KubeClient, namespace: string, base: InjectionBase): Promise<Required<Receipts>> {
  const { publicKey, sign } = await keepReceiptKey(client, namespace);
  const keys = await publishInjection(client, namespace, { base, key: publicKey });
  return { sign, read: receiptReader(keys) };
}
