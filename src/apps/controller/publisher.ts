import type { ServerResponse } from 'node:http';
import { signMessage } from '../../adapters/link/message.ts';
import { ControllerFault } from './fault.ts';
import { Generations } from './generations.ts';
import { hasEnded, subjectOf } from './identity.ts';
import type { LivePod } from './live-pod.ts';
import type { PolicyBook } from './policy-book.ts';
import type { ControllerPorts } from './ports.ts';
import { Refresher } from './refresher.ts';
import { SidecarStream } from './sidecar-stream.ts';

export interface PublisherLimits {
  /** Streams at once. */
  readonly streams: number;
  /** Milliseconds for which a sidecar may leave a line waiting. */
  readonly patience: number;
  /** Milliseconds for which a line may be shown to a sidecar. */
  readonly lineLifetime: number;
}

export const PUBLISHER_LIMITS: PublisherLimits = { streams: 20_000, patience: 20_000, lineLifetime: 3_600_000 };

/** Lines signed at once: enough for both cores, few enough that large policies don't pile up in memory. */
const SIGNING = 32;

export type PublisherPorts = Pick<ControllerPorts, 'pods' | 'ownerName' | 'signer' | 'evidenceKey' | 'log' | 'now'> & { readonly book: PolicyBook };

/** Keeps every connected sidecar told of the policies of its pod. */
export class Publisher {
  readonly #ports: PublisherPorts;
  readonly #limits: PublisherLimits;
  readonly #streams = new Map<string, SidecarStream>();
  readonly #generations = new Generations();
  readonly #refresher: Refresher<SidecarStream>;

  constructor(ports: PublisherPorts, limits: PublisherLimits = PUBLISHER_LIMITS) {
    this.#ports = ports;
    this.#limits = limits;
    this.#refresher = new Refresher({ limit: SIGNING, task: (stream) => this.#refresh(stream), onFault: (stream, fault) => this.#failed(stream, fault) });
  }

  get size(): number {
    return this.#streams.size;
  }

  /**
   * Takes a pod's connection over; one that the pod had before ends.
   *
   * @throws ControllerFault `too-many-streams`.
   */
  open(pod: LivePod, expires: number, response: ServerResponse): void {
    if (this.#streams.size >= this.#limits.streams && !this.#streams.has(pod.uid)) {
      throw new ControllerFault('too-many-streams', `expected at most ${this.#limits.streams} sidecars, got one more; try again`);
    }
    const stream = new SidecarStream({ uid: pod.uid, namespace: pod.namespace, name: pod.name }, expires, response);
    this.#streams.get(pod.uid)?.destroy();
    this.#streams.set(pod.uid, stream);
    stream.onDrained(() => this.#refresher.mark(stream));
    stream.onClosed(() => this.#forget(stream));
    response.writeHead(200, { 'content-type': 'application/jose', 'cache-control': 'no-store' });
    this.#refresher.mark(stream);
  }

  podChanged(uid: string): void {
    const stream = this.#streams.get(uid);
    if (stream !== undefined) this.#refresher.mark(stream);
  }

  podRemoved(uid: string): void {
    this.#streams.get(uid)?.end();
    this.#generations.forget(uid);
  }

  policiesChanged(namespace: string): void {
    for (const stream of this.#streams.values()) {
      if (stream.pod.namespace === namespace) this.#refresher.mark(stream);
    }
  }

  /** Tells every sidecar that what it has is still right; lets go those that must show a new token, or do not read. */
  beat(): void {
    const now = this.#ports.now();
    for (const stream of this.#streams.values()) {
      if (stream.fullSince !== undefined && now - stream.fullSince > this.#limits.patience) this.#drop(stream);
      else if (stream.expires <= now) stream.end();
      else if (!stream.full) this.#beatOne(stream, now);
    }
  }

  endAll(): void {
    for (const stream of this.#streams.values()) stream.end();
  }

  // Before its first line a sidecar has nothing that a heartbeat could renew.
  #beatOne(stream: SidecarStream, now: number): void {
    if (stream.open && stream.said !== undefined) stream.write('', now);
  }

  async #refresh(stream: SidecarStream): Promise<void> {
    const { pods, book, ownerName, signer, evidenceKey, now } = this.#ports;
    const { uid, name, namespace } = stream.pod;
    const pod = pods.get(name, namespace);
    if (pod === undefined || pod.uid !== uid || hasEnded(pod, now())) return stream.end();
    const subject = await subjectOf(pod, ownerName);
    const { policies, digest, problems } = book.select(subject);
    const saying = JSON.stringify([subject, digest, problems]);
    if (saying === stream.said || stream.full || !stream.open) return undefined;
    const generation = this.#generations.next(uid, now());
    const line = await signMessage({ generation, digest, subject, policies, problems, evidenceKey }, signer, now(), this.#limits.lineLifetime);
    if (!stream.open) return undefined;
    stream.said = saying;
    return stream.write(line, now());
  }

  #failed(stream: SidecarStream, fault: unknown): void {
    this.#ports.log.warn({ pod: stream.pod, fault: String(fault) }, 'a sidecar cannot be told its policies; it will ask again');
    stream.end();
  }

  #drop(stream: SidecarStream): void {
    this.#ports.log.warn({ pod: stream.pod }, 'a sidecar does not read what it is sent; dropped');
    stream.destroy();
  }

  #forget(stream: SidecarStream): void {
    if (this.#streams.get(stream.pod.uid) === stream) this.#streams.delete(stream.pod.uid);
  }
}
