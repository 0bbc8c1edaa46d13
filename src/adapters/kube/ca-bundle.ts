import { Buffer } from 'node:buffer';
import { splitPem } from '../certificates/read.ts';
import type { KubeObject } from './client.ts';
import { KubeFault } from './fault.ts';
import { startInformer, type WatchSettings } from './informer.ts';

export interface CaBundleSettings extends WatchSettings {
  readonly kind: 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';
  /** Name of the one configuration. */
  readonly name: string;
  /** What every webhook in it has to trust, as PEM: during a change of CA both, the old and the new. */
  readonly ca: () => string;
  /** Asked before each write: two replicas that read the Secret at different moments would write over each other. Default: always. */
  readonly mayWrite?: () => boolean;
  /** Told of each patch that the API server took. */
  readonly onPatch?: (name: string) => void;
}

export interface CaBundle {
  /** Looks again: `ca` or `mayWrite` answers something new. */
  wake(): void;
  /** Whether every webhook in the configuration, as it was last seen, trusts each of these certificates (PEM). */
  trusts(ca: string): boolean;
  /** True once the configuration was seen with the right bundle in each of its webhooks. */
  readonly right: boolean;
  stop(): Promise<void>;
}

const PLURALS = { ValidatingWebhookConfiguration: 'validatingwebhookconfigurations', MutatingWebhookConfiguration: 'mutatingwebhookconfigurations' } as const;
const RETRY = 2_000;

/** Keeps `caBundle` right in one webhook configuration: now, when `ca` changes, and when somebody else changes the configuration. */
export function keepCaBundle(settings: CaBundleSettings): CaBundle {
  const { client, kind, name, ca, mayWrite = () => true, now, random, onFault, onPatch } = settings;
  const path = `/apis/admissionregistration.k8s.io/v1/${PLURALS[kind]}`;
  const informer = startInformer(client, { path, fieldSelector: `metadata.name=${name}`, read: bundlesOf, now, random, onFault });
  const stopping = new AbortController();
  let running = Promise.resolve();

  const settle = async (): Promise<void> => {
    const patch = patchFor(informer.get(name) ?? [], encode(ca()));
    if (stopping.signal.aborted || patch.length === 0 || !mayWrite()) return;
    try {
      await client.patch(`${path}/${name}`, 'json', patch, { signal: stopping.signal });
      onPatch?.(name);
    } catch (fault) {
      if (stopping.signal.aborted || !(fault instanceof KubeFault)) return;
      onFault?.(fault);
      setTimeout(wake, RETRY * (0.5 + random())).unref();
    }
  };
  /** One after the other: the second look sees what the first patch did. */
  const wake = (): void => {
    running = running.then(settle);
  };
  informer.onChange(wake);
  return {
    wake,
    trusts(certificates) {
      const bundles = informer.get(name) ?? [];
      return bundles.length > 0 && bundles.every(({ caBundle = '' }) => includes(Buffer.from(caBundle, 'base64').toString('utf8'), certificates));
    },
    get right() {
      const bundles = informer.get(name);
      return bundles !== undefined && patchFor(bundles, encode(ca())).length === 0;
    },
    async stop() {
      stopping.abort();
      await Promise.all([informer.stop(), running]);
    },
  };
}

interface Bundle {
  readonly webhook: string;
  readonly caBundle: string | undefined;
}

function bundlesOf(object: KubeObject): readonly Bundle[] {
  const webhooks: unknown = object['webhooks'];
  return Array.isArray(webhooks) ? webhooks.map(bundleOf) : [];
}

function bundleOf(webhook: { readonly name?: string; readonly clientConfig?: { readonly caBundle?: string } }): Bundle {
  return { webhook: webhook.name ?? '', caBundle: webhook.clientConfig?.caBundle };
}

/** Each addition is guarded by a test of the name, since the list may have been reordered in between. */
function patchFor(bundles: readonly Bundle[], wanted: string): object[] {
  return bundles.flatMap(({ webhook, caBundle }, index) => {
    if (caBundle === wanted) return [];
    return [
      { op: 'test', path: `/webhooks/${index}/name`, value: webhook },
      { op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: wanted },
    ];
  });
}

function includes(bundle: string, certificates: string): boolean {
  const held = new Set(splitPem(bundle));
  return splitPem(certificates).every((certificate) => held.has(certificate));
}

function encode(pem: string): string {
  return Buffer.from(pem, 'utf8').toString('base64');
}
