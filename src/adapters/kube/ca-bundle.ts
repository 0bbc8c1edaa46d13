import { Buffer } from 'node:buffer';
import { splitPem } from '../certificates/read.ts';
import type { KubeObject } from './client.ts';
import { keepConfiguration, type KeptConfigurationSettings } from './kept-configuration.ts';

export interface CaBundleSettings extends Omit<KeptConfigurationSettings<unknown>, 'read' | 'patchFor' | 'mayWrite'> {
  /** What every webhook in the configuration has to trust, as PEM: during a change of CA both, the old and the new. */
  readonly ca: () => string;
  /** Asked before each write. Default: always. */
  readonly mayWrite?: () => boolean;
}

export interface CaBundle {
  /** Looks again: `ca` or `mayWrite` answers something new. */
  wake(): void;
  /** Whether every webhook in the configuration, as it was last seen, trusts each of these certificates (PEM). */
  trusts(ca: string): boolean;
  stop(): Promise<void>;
}

/** Keeps `caBundle` right in one webhook configuration: now, when `ca` changes, and when somebody else changes the configuration. */
export function keepCaBundle({ ca, mayWrite = () => true, ...settings }: CaBundleSettings): CaBundle {
  const kept = keepConfiguration({ ...settings, mayWrite, read: bundlesOf, patchFor: (bundles) => patchFor(bundles, encode(ca())) });
  return {
    wake: kept.wake,
    trusts(certificates) {
      const bundles = kept.seen() ?? [];
      return bundles.length > 0 && bundles.every(({ caBundle = '' }) => includes(Buffer.from(caBundle, 'base64').toString('utf8'), certificates));
    },
    stop: kept.stop,
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
