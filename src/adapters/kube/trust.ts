import { X509Certificate } from 'node:crypto';
import { SYSTEM_NAMESPACE, TRUST_CONFIG_MAP } from '../../core/terms/fixed-names.ts';
import type { KubeObject } from './client.ts';
import { startInformer, type WatchSettings } from './informer.ts';

/** Whom sidecars trust: what the controller says of itself in the ConfigMap `sallyport-trust`. */
export interface Trust {
  /** PEM of one or more certificates that the controller's chains to. */
  readonly ca: string;
  /** Public Ed25519 keys that may sign snapshots, base64url of 32 bytes each. */
  readonly keys: readonly string[];
}

export interface TrustWatch {
  /** The trust, or the sentence that says why there is none. */
  current(): { readonly trust: Trust } | { readonly missing: string };
  stop(): Promise<void>;
}

const NO_CONTROLLER = `The controller has not said yet whom sidecars may trust (ConfigMap ${TRUST_CONFIG_MAP} in ${SYSTEM_NAMESPACE}); see that the Deployment sallyport-controller is up.`;

/** Follows the one ConfigMap; `get`, `list` and `watch` on its name are all the rights it takes. */
export function watchTrust({ client, now, random, onFault }: WatchSettings): TrustWatch {
  const informer = startInformer(client, {
    path: `/api/v1/namespaces/${SYSTEM_NAMESPACE}/configmaps`,
    fieldSelector: `metadata.name=${TRUST_CONFIG_MAP}`,
    read: readTrust,
    now,
    random,
    onFault,
  });
  return {
    current: () => informer.get(TRUST_CONFIG_MAP, SYSTEM_NAMESPACE) ?? { missing: NO_CONTROLLER },
    stop: () => informer.stop(),
  };
}

/** `ca.crt` is PEM; `link-keys` has one key a line. */
export function readTrust(object: KubeObject): { readonly trust: Trust } | { readonly missing: string } {
  const data = new Map(Object.entries(object['data'] ?? {}));
  const [ca, keys]: unknown[] = [data.get('ca.crt'), data.get('link-keys')];
  if (typeof ca !== 'string' || !isCertificate(ca)) return { missing: broken('ca.crt', 'a PEM certificate') };
  const listed = typeof keys === 'string' ? keys.split('\n').filter((line) => line !== '') : [];
  if (listed.length === 0 || !listed.every(isKey)) return { missing: broken('link-keys', 'one base64url Ed25519 key a line') };
  return { trust: { ca, keys: listed } };
}

function broken(key: string, expected: string): string {
  return `Expected ${expected} in ${key} of ConfigMap ${TRUST_CONFIG_MAP} in ${SYSTEM_NAMESPACE}, got something else; delete the ConfigMap and the controller writes it again.`;
}

function isKey(line: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(line);
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).ca;
  } catch {
    return false;
  }
}
