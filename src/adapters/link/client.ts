import { setTimeout as sleep } from 'node:timers/promises';
import type { EvidenceJwk } from '../../core/evidence/evidence-jwk.ts';
import { renew, type Snapshot } from '../../core/policy/snapshot.ts';
import type { Subject } from '../../core/terms/subject.ts';
import { orAbort } from '../network/or-abort.ts';
import { retryDelay } from '../network/retry-delay.ts';
import { acceptLine, type AcceptTerms, type Held, type OwnPod } from './accept.ts';
import { LinkFault, type LinkFaultCode } from './fault.ts';
import { readLinkKeys } from './key.ts';
import { lookupBy, type Resolving } from './lookup.ts';
import { openStream, type StreamSettings } from './stream.ts';

export interface LinkSettings {
  /** `https://HOST[:PORT]` of the controller. */
  readonly url: string;
  /** PEM; the only certificates that may vouch for it. */
  readonly ca: string;
  /** Ed25519 public keys, base64url; one of them signed each line. */
  readonly keys: readonly string[];
  /** The pod's projected token, audience `sallyport`. */
  readonly tokenFile: string;
  readonly pod: OwnPod;
  /** Absent: the system's own resolution. */
  readonly resolver?: Resolving;
  /** Default `cluster.local`. */
  readonly clusterDomain?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** In [0, 1), for the jitter; default `Math.random`. */
  readonly random?: () => number;
  /** Waits between two connections, at most until `signal` aborts; default: a timer. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds for which a snapshot is good after the controller was last heard of; default one hour. */
  readonly maxStalenessMs?: number;
  /** Milliseconds without a heartbeat after which the connection is given up; default 30,000. */
  readonly idleMs?: number;
  readonly onNotice?: (notice: LinkNotice) => void;
}

/** Something to be recorded: what the link did, in one sentence. */
export interface LinkNotice {
  readonly event: 'link-up' | 'link-down' | 'policy-loaded' | 'policy-refused' | 'evidence-key-changed';
  readonly sentence: string;
  readonly code?: LinkFaultCode;
  readonly generation?: number;
  readonly digest?: string;
}

/** Where a sidecar's policy comes from: the controller. It reconnects for as long as it is not closed. */
export interface Link {
  /** Undefined as long as no line was good; afterwards the last good one, valid until `maxStalenessMs` after the last heartbeat. */
  current(): Snapshot | undefined;
  /** Who this pod is, as the controller vouched for it with the current snapshot. */
  subject(): Subject | undefined;
  /** Called when the policies, their problems or the subject changed, not when they were only renewed; returns what ends it. */
  onChange(listener: (snapshot: Snapshot) => void): () => void;
  /** Resolves at the first good line; rejects when `signal` aborts or the link is closed. */
  whenReady(signal?: AbortSignal): Promise<Snapshot>;
  /** What to seal payloads to, from the first good line on to the end of the process: a later change is told as a notice alone. As `whenReady`. */
  evidenceKey(signal?: AbortSignal): Promise<EvidenceJwk>;
  close(): Promise<void>;
}

/**
 * Starts to connect at once.
 *
 * @throws LinkFault `key-invalid`; everything later goes to `onNotice` and is tried again.
 */
export function createLink(settings: LinkSettings): Link {
  const client = new Client(settings);
  client.start();
  return client;
}

const HOUR = 3_600_000;
const IDLE = 30_000;

/** The rest are about what came over it. */
const CONNECTION_FAULTS: ReadonlySet<LinkFaultCode> = new Set<LinkFaultCode>(['token-unreadable', 'unreachable', 'refused', 'silent', 'line-too-long']);

class Client implements Link {
  readonly #settings: LinkSettings;
  readonly #terms: AcceptTerms;
  readonly #closing = new AbortController();
  readonly #ready = Promise.withResolvers<Held>();
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  #held: Held | undefined;
  #failures = 0;
  /** What is wrong with the link, since the last good line. */
  #complaint: string | undefined;
  #running: Promise<void> | undefined;

  constructor(settings: LinkSettings) {
    this.#settings = settings;
    this.#terms = { keys: readLinkKeys(settings.keys), pod: settings.pod, maxStaleness: settings.maxStalenessMs ?? HOUR };
    // Nobody has to wait for it.
    this.#ready.promise.catch(() => undefined);
  }

  start(): void {
    this.#running = this.#run();
  }

  current(): Snapshot | undefined {
    return this.#held?.snapshot;
  }

  subject(): Subject | undefined {
    return this.#held?.subject;
  }

  onChange(listener: (snapshot: Snapshot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async whenReady(signal?: AbortSignal): Promise<Snapshot> {
    return (await orAbort(this.#ready.promise, signal)).snapshot;
  }

  async evidenceKey(signal?: AbortSignal): Promise<EvidenceJwk> {
    return (await orAbort(this.#ready.promise, signal)).evidenceKey;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#ready.reject(new LinkFault('unreachable', 'the link was closed before a line came'));
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const fault = await this.#connection();
      if (this.#closing.signal.aborted) return;
      if (fault !== undefined) this.#complain(fault);
      await this.#pause();
    }
  }

  /** One connection from its opening to its end, which is no fault where the controller only wants to see a newer token. */
  async #connection(): Promise<LinkFault | undefined> {
    let vouched = false;
    try {
      for await (const line of openStream(this.#streamSettings())) {
        if (line !== '') await this.#take(line);
        // Before its first good line a connection vouches for nothing: a refused policy must not keep the one before it fresh.
        else if (vouched) this.#renew();
        vouched ||= line !== '';
      }
      if (!vouched) throw new LinkFault('refused', 'the controller ended the connection before its first line');
      return undefined;
    } catch (fault) {
      this.#failures += 1;
      if (fault instanceof LinkFault) return fault;
      throw fault;
    }
  }

  #streamSettings(): StreamSettings {
    const { url, ca, tokenFile, resolver, clusterDomain = 'cluster.local', idleMs = IDLE } = this.#settings;
    const lookup = resolver && lookupBy(resolver, clusterDomain);
    return { url, ca, tokenFile, idle: idleMs, signal: this.#closing.signal, ...(lookup && { lookup }) };
  }

  /** A refused line ends the connection, and with it the renewal of what is held. */
  async #take(line: string): Promise<void> {
    const before = this.#held;
    this.#held = await acceptLine(line, before, this.#terms, this.#settings.now());
    this.#failures = 0;
    if (this.#complaint !== undefined) this.#notice({ event: 'link-up', sentence: 'the controller can be heard again' });
    this.#complaint = undefined;
    this.#announce(before, this.#held);
  }

  /** Said once, however often the same is tried again in vain. */
  #complain({ code, message }: LinkFault): void {
    if (message !== this.#complaint) this.#notice({ event: CONNECTION_FAULTS.has(code) ? 'link-down' : 'policy-refused', sentence: message, code });
    this.#complaint = message;
  }

  #announce(before: Held | undefined, held: Held): void {
    const { snapshot, subject, problems } = held;
    this.#ready.resolve(held);
    this.#announceKey(before, held);
    if (before?.snapshot.digest === snapshot.digest && JSON.stringify([before.subject, before.problems]) === JSON.stringify([subject, problems])) return;
    const { generation, digest, policies } = snapshot;
    const sentence = [`obeying ${policies.length} policies from the controller`, ...problems].join('; ');
    this.#notice({ event: 'policy-loaded', sentence, generation, digest });
    for (const listener of this.#listeners) listener(snapshot);
  }

  #announceKey(before: Held | undefined, { evidenceKey: { kid } }: Held): void {
    if (before === undefined || before.evidenceKey.kid === kid) return;
    this.#notice({ event: 'evidence-key-changed', sentence: `payloads are to be sealed to key ${kid} from this sidecar's next start on, and until then to the key that it started with` });
  }

  #renew(): void {
    if (this.#held === undefined) return;
    this.#held = { ...this.#held, snapshot: renew(this.#held.snapshot, this.#settings.now() + this.#terms.maxStaleness) };
  }

  #notice(notice: LinkNotice): void {
    this.#settings.onNotice?.(notice);
  }

  async #pause(): Promise<void> {
    const { random = Math.random, pause = sleeping } = this.#settings;
    await pause(retryDelay(this.#failures, random()), this.#closing.signal).catch(() => undefined);
  }
}

async function sleeping(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal });
}
