import type { KubeClient } from '../../adapters/kube/client.ts';
import { generateLinkKey, type LinkSigner, readLinkSigner } from '../../adapters/link/key.ts';
import { LINK_KEY_SECRET } from '../../core/terms/fixed-names.ts';
import { keepKey } from '../../adapters/kube/kept-key.ts';

/**
 * The key that signs snapshots, from its Secret.
 *
 * It is never replaced here: running sidecars trust the public half that they were injected with.
 *
 * @throws KubeFault; LinkFault `key-invalid` for a Secret that holds something else.
 */
export async function keepLinkKey(client: KubeClient, namespace: string): Promise<LinkSigner> {
  return readLinkSigner(await keepKey(client, namespace, LINK_KEY_SECRET, generateLinkKey));
}
