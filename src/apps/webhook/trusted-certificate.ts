import type { KeptServingCertificate } from '../../adapters/certificates/kept.ts';
import { splitPem } from '../../adapters/certificates/read.ts';
import type { ServingCertificate } from '../../adapters/certificates/serving.ts';
import type { CaBundle } from '../../adapters/kube/ca-bundle.ts';

export interface TrustedSettings {
  readonly kept: KeptServingCertificate;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** Milliseconds; default `USUAL`. */
  readonly overlap?: Overlap;
}

interface Overlap {
  /** How long a CA that was replaced stays trusted, since other replicas may not have heard of its end. */
  readonly former: number;
  /** How long a new certificate waits at most for the API server to trust it. */
  readonly patience: number;
  /** How long after that it waits once more: this process may have seen the configuration change before every API server has. */
  readonly settle: number;
}

const USUAL: Overlap = { former: 300_000, patience: 30_000, settle: 2_000 };
const LOOK = 100;

/** The serving certificate as it may be used, and what has to be trusted for it. */
export interface TrustedCertificate {
  current(): ServingCertificate;
  onChange(listener: (certificate: ServingCertificate) => void): () => void;
  /** What has to stand in each `caBundle`, as PEM: the CAs of the kept certificate and, for a while, those that it had before. */
  ca(): string;
  /** From now on a new certificate waits for these, and they are woken when `ca` changes. */
  follow(bundles: readonly CaBundle[]): void;
  stop(): void;
}

/**
 * Takes a new certificate into use only once the API server was told to trust its CA. Renewals are signed by a CA that has long been
 * trusted and wait for nothing; where a Secret was lost and everything is made anew, no review fails in between.
 */
export function trustedFirst({ kept, clock, overlap = USUAL }: TrustedSettings): TrustedCertificate {
  const listeners = new Set<(certificate: ServingCertificate) => void>();
  const former = new Map<string, number>();
  let newest = kept.current();
  let used = newest;
  let bundles: readonly CaBundle[] = [];
  let waiting: NodeJS.Timeout | undefined;

  const later = (act: () => void, milliseconds: number): void => {
    clearTimeout(waiting);
    waiting = setTimeout(act, milliseconds);
    waiting.unref();
  };
  const use = (): void => {
    used = newest;
    for (const listener of listeners) listener(used);
  };
  const wakeAll = (): void => {
    for (const bundle of bundles) bundle.wake();
  };
  const trusted = (): boolean => bundles.every((bundle) => bundle.trusts(newest.ca));
  const useOnceTrusted = (until: number): void => {
    if (trusted() || clock() >= until) later(use, overlap.settle);
    else later(() => useOnceTrusted(until), LOOK);
  };
  const forget = kept.onChange((next) => {
    const now = clock();
    const before = splitPem(newest.ca);
    for (const certificate of before) former.set(certificate, now + overlap.former);
    newest = next;
    wakeAll();
    setTimeout(wakeAll, overlap.former).unref();
    clearTimeout(waiting);
    if (splitPem(next.ca).every((certificate) => before.includes(certificate))) use();
    else useOnceTrusted(now + overlap.patience);
  });
  return {
    current: () => used,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ca() {
      const now = clock();
      const current = splitPem(newest.ca);
      return [...current, ...[...former].filter(([certificate, until]) => until > now && !current.includes(certificate)).map(([certificate]) => certificate)].join('');
    },
    follow(next) {
      bundles = next;
    },
    stop() {
      forget();
      clearTimeout(waiting);
    },
  };
}
