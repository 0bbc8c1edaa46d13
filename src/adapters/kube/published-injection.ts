import { z } from 'zod';
import type { Immutable } from '../../core/policy/model.ts';
import { type Fact, known, unknown } from '../../core/terms/fact.ts';
import { INJECTION_CONFIG_MAP } from '../../core/terms/fixed-names.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { KubeFault, unlessFault } from './fault.ts';

const BASE = z.strictObject({
  image: z.string(),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  controllerUrl: z.string(),
  resolver: z.string(),
  clusterDomain: z.string(),
  probes: z.array(z.string()),
});

const KEYS = z.array(z.string().regex(/^[A-Za-z0-9_-]{43}$/)).min(1);

/** What anybody needs who proves pods without the webhook: with what it injects, and which public keys (base64url) sign its receipts, newest first. */
export interface PublishedInjection {
  readonly base: Immutable<z.infer<typeof BASE>>;
  readonly keys: readonly string[];
}

/** Enough for years of new keys, and too few to slow down whoever tries each. */
const MOST_KEYS = 8;

const MOST_ATTEMPTS = 5;

/**
 * Writes this replica's base and key into ConfigMap `sallyport-injection`, over the base and before the keys that stand there; gives all
 * keys back. Pods that were injected under an earlier key stay proven.
 *
 * Rejects with `KubeFault`.
 */
export async function publishInjection(client: KubeClient, namespace: string, own: { readonly base: PublishedInjection['base']; readonly key: string }): Promise<readonly string[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await publishOnce(client, namespace, own);
    } catch (fault) {
      if (!(fault instanceof KubeFault && fault.code === 'conflict') || attempt === MOST_ATTEMPTS) throw fault;
    }
  }
}

/** `base.json` is the base; `receipt-keys` has one key a line. */
export function readPublishedInjection(object: KubeObject): Fact<PublishedInjection> {
  const data = new Map<string, unknown>(Object.entries(object['data'] ?? {}));
  const base = BASE.safeParse(parsed(data.get('base.json')));
  const keys = KEYS.safeParse(linesOf(data.get('receipt-keys')));
  if (base.success && keys.success) return known({ base: base.data, keys: keys.data });
  return unknown(`Expected base.json and receipt-keys in ConfigMap ${INJECTION_CONFIG_MAP}, got something else; delete it and restart the webhook, which writes it again.`);
}

async function publishOnce(client: KubeClient, namespace: string, { base, key }: { readonly base: PublishedInjection['base']; readonly key: string }): Promise<readonly string[]> {
  const collection = `/api/v1/namespaces/${namespace}/configmaps`;
  const found = await unlessFault('not-found', () => client.get<KubeObject>(`${collection}/${INJECTION_CONFIG_MAP}`));
  const published = found === undefined ? undefined : readPublishedInjection(found);
  const earlier = published?.known === true ? published.value.keys : [];
  const keys = [key, ...earlier.filter((one) => one !== key)].slice(0, MOST_KEYS);
  const data = { 'base.json': JSON.stringify(base), 'receipt-keys': keys.join('\n') };
  if (found === undefined) await client.create(collection, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: INJECTION_CONFIG_MAP, namespace }, data });
  else await client.replace(`${collection}/${INJECTION_CONFIG_MAP}`, { ...found, data });
  return keys;
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

function linesOf(text: unknown): unknown {
  return typeof text === 'string' ? text.split('\n').filter((line) => line !== '') : undefined;
}
