import { setTimeout as sleep } from 'node:timers/promises';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import type { KubeClient, KubeObject } from '../../adapters/kube/client.ts';
import { watchExemptions } from '../../adapters/kube/exemptions.ts';
import { KubeFault, unlessFault } from '../../adapters/kube/fault.ts';
import { pages } from '../../adapters/kube/list.ts';
import { watchNamespaces } from '../../adapters/kube/namespaces.ts';
import { watchObjects } from '../../adapters/kube/objects.ts';
import { watchProfiles } from '../../adapters/kube/profiles.ts';
import { readPublishedInjection } from '../../adapters/kube/published-injection.ts';
import { readTrust } from '../../adapters/kube/trust.ts';
import type { Mode } from '../../core/admission/answer.ts';
import type { Fault } from '../../core/checks/check.ts';
import { receiptReader } from '../../core/injection/receipt.ts';
import { INJECTION_CONFIG_MAP, TRUST_CONFIG_MAP } from '../../core/terms/fixed-names.ts';
import type { Facts } from '../webhook/ports.ts';

/**
 * What is wrong with a pod that runs. `unproven`: nothing proves its sidecar; `undecided`: nobody can tell; `faulty`: it would be refused
 * now; `warned`: only the profile's warnings, or a namespace that does not enforce.
 */
export type Verdict = 'unproven' | 'undecided' | 'faulty' | 'warned';

export interface FoundPod {
  readonly namespace: string;
  readonly name: string;
  readonly verdict: Verdict;
  readonly mode: Mode;
  readonly profile: string;
  readonly faults: readonly Fault[];
}

export interface ReviewedCluster {
  readonly namespaces: readonly string[];
  /** Pods that were reviewed; those without a finding are not in `found`. */
  readonly reviewed: number;
  readonly found: readonly FoundPod[];
}

export interface ClusterScope {
  /** Namespace that Sallyport is installed in. */
  readonly system: string;
  /** Absent: every one that takes agents. */
  readonly namespace?: string;
}

/** In milliseconds: for everything that a review rests on to be listed once. */
const PATIENCE = 60_000;
const PAGE = '100';

/**
 * Reviews every agent pod that has not ended, by the webhook's own code and from what the API server says now: no report of the scan is
 * asked, and nothing but the ConfigMaps of the system namespace is believed.
 *
 * Throws `InputFault` where Sallyport is not installed or the namespace takes no agents, and `KubeFault`.
 */
export async function reviewCluster(client: KubeClient, scope: ClusterScope): Promise<ReviewedCluster> {
  const { facts, stop } = await factsOf(client, scope.system);
  try {
    const namespaces = namespacesIn(scope, facts);
    const { assessBy } = await import('../webhook/scan/by-facts.ts');
    const found: FoundPod[] = [];
    let reviewed = 0;
    for (const namespace of namespaces) {
      for await (const { items } of pages(client, `/api/v1/namespaces/${namespace}/pods`, { query: { limit: PAGE, fieldSelector: RUNNING }, timeout: PATIENCE })) {
        for (const pod of items) {
          reviewed += 1;
          const assessed = await assessBy(facts, { apiVersion: 'v1', kind: 'Pod', ...pod }, AbortSignal.timeout(PATIENCE));
          if (!assessed.known) throw new KubeFault('malformed', assessed.sentence);
          found.push(...foundPod(pod, assessed.value));
        }
      }
    }
    return { namespaces, reviewed, found };
  } finally {
    await stop();
  }
}

/** What has ended for good harms nobody any more. */
const RUNNING = 'status.phase!=Succeeded,status.phase!=Failed';

interface Assessed {
  readonly mode: Mode;
  readonly profile: string;
  readonly proven: boolean | undefined;
  readonly faults: readonly Fault[];
}

function foundPod({ metadata: { namespace = '', name } }: KubeObject, assessed: Assessed): FoundPod[] {
  const { mode, profile, faults } = assessed;
  const verdict = verdictOf(assessed);
  return verdict === undefined ? [] : [{ namespace, name, verdict, mode, profile, faults }];
}

function verdictOf({ mode, proven, faults }: Assessed): Verdict | undefined {
  if (mode !== 'enforce') return faults.length === 0 ? undefined : 'warned';
  if (proven !== true) return proven === false ? 'unproven' : 'undecided';
  if (faults.some(({ weight }) => weight === 'deny')) return 'faulty';
  return faults.length === 0 ? undefined : 'warned';
}

function namespacesIn({ namespace }: ClusterScope, facts: Facts): readonly string[] {
  const taking = facts.agentNamespaces();
  if (namespace === undefined) return taking;
  if (taking.includes(namespace)) return [namespace];
  throw new InputFault('usage', `--namespace: ${namespace} takes no agents; expected ${taking.length === 0 ? 'a namespace labelled sallyport.dev/agents, of which there is none' : `one of ${taking.slice(0, 10).join(', ')}`}`);
}

/** The webhook's facts, of what it has published of itself. */
async function factsOf(client: KubeClient, system: string): Promise<{ readonly facts: Facts; stop(): Promise<void> }> {
  // One after the other: of two that are missing it is always the same that is told.
  const published = await configMap(client, system, INJECTION_CONFIG_MAP);
  const trust = await configMap(client, system, TRUST_CONFIG_MAP);
  const { clusterFacts } = await import('../webhook/cluster-facts.ts');
  const injection = readPublishedInjection(published);
  if (!injection.known) throw new InputFault('unfit', injection.sentence);
  const current = readTrust(trust);
  let fault: KubeFault | undefined;
  const watch = { client, now: Date.now, random: Math.random, onFault: (one: KubeFault): void => { fault = one; } };
  const sources = { namespaces: watchNamespaces(watch), profiles: watchProfiles(watch), objects: watchObjects(watch), exemptions: watchExemptions(watch) };
  const stop = async (): Promise<void> => {
    await Promise.all(Object.values(sources).map((source) => source.stop()));
  };
  const receipts = { read: receiptReader(injection.value.keys) };
  const facts = clusterFacts({ ...sources, trust: { current: () => current }, receipts, client, now: Date.now }, injection.value.base);
  const until = Date.now() + PATIENCE;
  while (facts.missing().length > 0 && Date.now() < until && !isFinal(fault)) await sleep(20);
  if (facts.missing().length === 0) return { facts, stop };
  await stop();
  throw fault ?? new KubeFault('timeout', `not known in time: ${facts.missing().join(', ')}`);
}

/** Nothing that trying again would mend. */
function isFinal(fault: KubeFault | undefined): boolean {
  return fault !== undefined && ['unauthorised', 'forbidden', 'not-found'].includes(fault.code);
}

async function configMap(client: KubeClient, namespace: string, name: string): Promise<KubeObject> {
  const found = await unlessFault('not-found', () => client.get<KubeObject>(`/api/v1/namespaces/${namespace}/configmaps/${name}`));
  if (found === undefined) throw new InputFault('unfit', `there is no ConfigMap ${name} in ${namespace}; expected a cluster in which Sallyport is installed and has started`);
  return found;
}
