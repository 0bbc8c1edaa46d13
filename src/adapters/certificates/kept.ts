import type { ServingCertificate } from './serving.ts';
import { servingCertificate, type StoredCertificate } from './stored.ts';

/** A server's certificate that is renewed before it ends, wherever it lies. */
export interface KeptServingCertificate {
  current(): ServingCertificate;
  /** Called after each change of the certificate or its CAs, so that a server can `setSecureContext`; returns what ends it. */
  onChange(listener: (certificate: ServingCertificate) => void): () => void;
  stop(): Promise<void>;
}

export interface KeepSettings {
  /** Brings what is stored up to date and returns it. */
  readonly settle: () => Promise<StoredCertificate>;
  /** Milliseconds between two calls of `settle` that nothing else caused. */
  readonly interval: number;
  /** The same after a call that failed. */
  readonly retry: number;
  /** Told of calls that failed; the certificate before stays in use. */
  readonly onFault?: (fault: unknown) => void;
}

/**
 * Settles once, and then again and again until it is stopped.
 *
 * @throws what the first `settle` throws, and CertificateFault where its result is no certificate to serve with.
 */
export async function keepCertificate(settings: KeepSettings): Promise<Keeper> {
  const keeper = new Keeper(settings, servingCertificate(await settings.settle()));
  keeper.start();
  return keeper;
}

export class Keeper implements KeptServingCertificate {
  readonly #settings: KeepSettings;
  readonly #listeners = new Set<(certificate: ServingCertificate) => void>();
  #current: ServingCertificate;
  #wake = Promise.withResolvers<void>();
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(settings: KeepSettings, current: ServingCertificate) {
    this.#settings = settings;
    this.#current = current;
  }

  start(): void {
    this.#running = this.#run();
  }

  current(): ServingCertificate {
    return this.#current;
  }

  onChange(listener: (certificate: ServingCertificate) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Settles now rather than at the end of the interval: somebody has heard of a change. */
  wake(): void {
    this.#wake.resolve();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pause = this.#settings.interval;
    while (!this.#stopped) {
      await this.#pause(pause);
      if (!this.#stopped) pause = (await this.#refresh()) ? this.#settings.interval : this.#settings.retry;
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const timer = setTimeout(() => this.wake(), milliseconds);
    timer.unref();
    await this.#wake.promise;
    clearTimeout(timer);
    this.#wake = Promise.withResolvers<void>();
  }

  async #refresh(): Promise<boolean> {
    try {
      this.#adopt(servingCertificate(await this.#settings.settle()));
      return true;
    } catch (fault) {
      this.#settings.onFault?.(fault);
      return false;
    }
  }

  #adopt(found: ServingCertificate): void {
    const { cert, key, ca } = this.#current;
    if (found.cert === cert && found.key === key && found.ca === ca) return;
    this.#current = found;
    for (const listener of this.#listeners) listener(found);
  }
}
