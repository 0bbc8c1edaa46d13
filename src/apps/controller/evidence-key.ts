import { generateEvidenceKey, readEvidencePair } from '../../adapters/journal/evidence-pair.ts';
import type { KubeClient } from '../../adapters/kube/client.ts';
import type { EvidenceJwk } from '../../core/evidence/evidence-jwk.ts';
import { EVIDENCE_KEY_SECRET } from '../../core/terms/fixed-names.ts';
import { keepKey } from '../../adapters/kube/kept-key.ts';

/**
 * The key to which all sidecars seal payloads. The private half stays in its Secret, for whoever may read it: this process has no
 * use for it and lets go of it here.
 *
 * It is never replaced here: what was sealed to it opens with nothing else.
 *
 * @throws KubeFault; JournalFault `key-invalid` for a Secret that holds something else.
 */
export async function keepEvidenceKey(client: KubeClient, namespace: string): Promise<EvidenceJwk> {
  return readEvidencePair(await keepKey(client, namespace, EVIDENCE_KEY_SECRET, generateEvidenceKey)).publicKey;
}
