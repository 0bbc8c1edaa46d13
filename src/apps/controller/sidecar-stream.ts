import type { ServerResponse } from 'node:http';
import type { LivePod } from './live-pod.ts';

/** One sidecar's open answer. Nothing is written while the other side has not taken what was written before, so memory stays bounded. */
export class SidecarStream {
  readonly pod: Pick<LivePod, 'uid' | 'namespace' | 'name'>;
  /** Milliseconds since the epoch: the end of the token, after which the sidecar has to show another. */
  readonly expires: number;
  /** What the last line said, to tell whether the next would say anything new. */
  said: string | undefined;
  readonly #response: ServerResponse;
  #fullSince: number | undefined;

  constructor(pod: SidecarStream['pod'], expires: number, response: ServerResponse) {
    this.pod = pod;
    this.expires = expires;
    this.#response = response;
  }

  /** Whether a line has to wait; `onDrained` tells when it no longer has to. */
  get full(): boolean {
    return this.#fullSince !== undefined;
  }

  /** Milliseconds since the epoch of the first byte that the other side leaves waiting. */
  get fullSince(): number | undefined {
    return this.#fullSince;
  }

  get open(): boolean {
    return !this.#response.destroyed && !this.#response.writableEnded;
  }

  onDrained(listener: () => void): void {
    this.#response.on('drain', () => {
      this.#fullSince = undefined;
      listener();
    });
  }

  onClosed(listener: () => void): void {
    this.#response.once('close', listener);
  }

  /** One line, or with an empty one a heartbeat. */
  write(line: string, now: number): void {
    if (!this.#response.write(`${line}\n`)) this.#fullSince ??= now;
  }

  end(): void {
    this.#response.end();
  }

  destroy(): void {
    this.#response.destroy();
  }
}
