import { setTimeout as sleep } from 'node:timers/promises';
import { KubeFault } from '../../../adapters/kube/fault.ts';
import { type Informer, startInformer } from '../../../adapters/kube/informer.ts';
import { Look } from './look.ts';
import { Memory } from './memory.ts';
import { ROUND, type ScanPorts, type ScanTiming, USUAL_TIMING } from './ports.ts';
import { type ScannedPod, scannedPod } from './scanned-pod.ts';

export interface Scan {
  /** Ends what is under way and starts nothing more. */
  stop(): Promise<void>;
}

/** Pods that are looked at at the same time. */
const AT_ONCE = 4;

/**
 * Looks at every agent pod that runs: when it appears, when it changes, when what it is judged by changes, and every hour. What it finds
 * goes into PolicyReports, metrics and Events, and where the profile says so the pod is evicted.
 *
 * It goes in rounds. What is due is worked out anew in each from what is watched and what is remembered, so that nothing queues up that
 * could be lost or grow, and each round is bounded.
 */
export function startScan(ports: ScanPorts): Scan {
  const rounds = new Rounds(ports);
  rounds.start();
  return rounds;
}

class Rounds implements Scan {
  readonly #ports: ScanPorts;
  readonly #timing: ScanTiming;
  readonly #stopping = new AbortController();
  readonly #memory = new Memory();
  readonly #pods: Informer<ScannedPod>;
  readonly #look: Look;
  #circumstances: { readonly at: number; readonly found: ReadonlyMap<string, string> } | undefined;
  #running: Promise<void> | undefined;

  constructor(ports: ScanPorts) {
    const { client, now, random, log } = ports;
    this.#ports = ports;
    this.#timing = ports.timing ?? USUAL_TIMING;
    const onFault = (fault: KubeFault): void => log.warn({ err: fault }, 'the pods to scan are not told; trying again');
    this.#pods = startInformer(client, { path: '/api/v1/pods', read: scannedPod, now, random, onFault });
    this.#look = new Look(ports, this.#timing, this.#memory, this.#stopping.signal);
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#pods.stop(), this.#running]);
    this.#ports.metrics.clear();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if (this.#pods.synced && this.#ports.ready() && this.#ports.leading()) await this.#round();
      } catch (error) {
        if (!signal.aborted) this.#ports.log.error({ err: error }, 'a round of the scan failed inside; the next one begins anew');
      }
      await sleep(this.#timing.round, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #round(): Promise<void> {
    const { now, metrics } = this.#ports;
    const circumstances = await this.#whereAgentsAre();
    const agents = this.#pods.list().filter((pod) => circumstances.has(pod.namespace) && !pod.finished);
    this.#memory.keepOnly(agents);
    const due = this.#memory.due(agents, circumstances, now(), this.#timing);
    const turn = due.slice(0, ROUND);
    this.#look.begin(now());
    await eachOf(turn, AT_ONCE, (pod) => this.#look.at(pod, circumstances.get(pod.namespace) ?? ''));
    metrics.round(this.#memory.all(), due.length - turn.length, now());
  }

  async #whereAgentsAre(): Promise<ReadonlyMap<string, string>> {
    const now = this.#ports.now();
    if (this.#circumstances === undefined || now - this.#circumstances.at >= this.#timing.debounce) {
      this.#circumstances = { at: now, found: await this.#ports.circumstances(this.#stopping.signal) };
    }
    return this.#circumstances.found;
  }
}

/** Works through a list, a few at a time. */
async function eachOf<T>(list: readonly T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = list.values();
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (const one of left) await work(one);
  }));
}
