import type { KubeObject } from './client.ts';
import { asKubeFault } from './fault.ts';
import { startInformer, type WatchSettings } from './informer.ts';

/** Kinds of group `admissionregistration.k8s.io` that tell the API server whom to ask. */
export type ConfigurationKind = 'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration';

export interface KeptConfigurationSettings<T> extends WatchSettings {
  readonly kind: ConfigurationKind;
  /** Name of the one configuration. */
  readonly name: string;
  /** Makes of the configuration what is kept of it; must not throw. */
  readonly read: (object: KubeObject) => T;
  /** The JSON patch (RFC 6902) that puts right what was seen last; empty where nothing is to be done. */
  readonly patchFor: (seen: T) => readonly object[];
  /** Asked before each write: two replicas that know something new at different moments would write over each other. */
  readonly mayWrite: () => boolean;
  /** Told of each patch that the API server took. */
  readonly onPatch?: ((name: string) => void) | undefined;
}

export interface KeptConfiguration<T> {
  /** The configuration as it was last seen. */
  seen(): T | undefined;
  /** Looks again: `patchFor` or `mayWrite` answers something new. */
  wake(): void;
  stop(): Promise<void>;
}

const PLURALS = { ValidatingWebhookConfiguration: 'validatingwebhookconfigurations', MutatingWebhookConfiguration: 'mutatingwebhookconfigurations' } as const;
const RETRY = 2_000;

/**
 * Keeps one webhook configuration as `patchFor` wants it: now, when that changes, and when somebody else changes the configuration. Whatever
 * goes wrong is told and tried again.
 */
export function keepConfiguration<T>({ client, kind, name, read, patchFor, mayWrite, now, random, onPatch, onFault }: KeptConfigurationSettings<T>): KeptConfiguration<T> {
  const path = `/apis/admissionregistration.k8s.io/v1/${PLURALS[kind]}`;
  const informer = startInformer(client, { path, fieldSelector: `metadata.name=${name}`, read, now, random, onFault });
  const stopping = new AbortController();
  let running = Promise.resolve();

  const settle = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    try {
      const seen = informer.get(name);
      const patch = seen === undefined ? [] : patchFor(seen);
      if (patch.length === 0 || !mayWrite()) return;
      await client.patch(`${path}/${name}`, 'json', patch, { signal: stopping.signal });
      onPatch?.(name);
    } catch (cause) {
      if (stopping.signal.aborted) return;
      onFault?.(asKubeFault(cause));
      setTimeout(wake, RETRY * (0.5 + random())).unref();
    }
  };
  /** One after the other: the second look sees what the first patch did. */
  const wake = (): void => {
    running = running.then(settle);
  };
  informer.onChange(wake);
  return {
    seen: () => informer.get(name),
    wake,
    async stop() {
      stopping.abort();
      await Promise.all([informer.stop(), running]);
    },
  };
}
