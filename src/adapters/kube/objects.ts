import type { NetworkPolicy, ObjectFacts } from '../../core/checks/facts.ts';
import { readNetworkPolicy } from '../../core/checks/read-network-policy.ts';
import { readAgents } from '../../core/policy/read-agents.ts';
import { type Fact, known, unknown } from '../../core/terms/fact.ts';
import { API_VERSION } from '../../core/terms/fixed-names.ts';
import type { KubeClient, KubeObject, RequestOptions } from './client.ts';
import { type Informer, startInformer, type WatchSettings } from './informer.ts';
import { listAll, pages } from './list.ts';
import { staleness } from './staleness.ts';
import { told, toldOne } from './told.ts';

/** The objects beside the pods on which checks rest: NetworkPolicies, RuntimeClasses and AgentPolicies. */
export interface WatchedObjects {
  /** What is still to be listed for the first time; empty once everything is watched. */
  missing(): readonly string[];
  /** From what is watched; unknown where that is stale. */
  readonly facts: ObjectFacts;
  /** Asked of the API server now, for one namespace and the runtime class of that name. What it does not tell within a second is unknown. */
  ask(namespace: string, runtimeClass: string | undefined, signal: AbortSignal): Promise<ObjectFacts>;
  stop(): Promise<void>;
}

/** Group and version of a collection, and its name. */
type Place = readonly [group: string, plural: string];

const NETWORK_POLICIES: Place = ['networking.k8s.io/v1', 'networkpolicies'];
const RUNTIME_CLASSES: Place = ['node.k8s.io/v1', 'runtimeclasses'];
const AGENT_POLICIES: Place = [API_VERSION, 'agentpolicies'];

/** In milliseconds. The API server waits five seconds for an answer, and the rest of a review has to fit in as well. */
const LONGEST_READ = 1_000;

/**
 * Of one namespace, whoever writes there; of the policies beyond only the names are kept, and the policies of that namespace are unknown. Each is
 * kept with 32,768 characters at most, so a namespace takes 6.5 million characters at most, some 30 MB of heap.
 */
const MOST_POLICIES = 200;

/** Of policies that are asked for in a review: ten may be 15 MB. */
const POLICY_PAGE = '10';

/** Follows them in the whole cluster, so that a namespace that begins to take agents is known at once; little is kept of each. */
export function watchObjects({ client, ...watch }: WatchSettings): WatchedObjects {
  const policies = startInformer(client, { ...watch, path: pathOf(NETWORK_POLICIES), read: readNetworkPolicy, bound: { most: MOST_POLICIES, beyond: undefined } });
  const classes = startInformer(client, { ...watch, path: pathOf(RUNTIME_CLASSES), read: handlerOf });
  const agents = startInformer(client, { ...watch, path: pathOf(AGENT_POLICIES), read: selectingLabels });
  const all: readonly (readonly [things: string, Informer<unknown>])[] = [['network policies', policies], ['runtime classes', classes], ['agent policies', agents]];
  const fresh = <T>(things: string, informer: Informer<unknown>, answer: () => Fact<T>): Fact<T> => {
    const stale = staleness(things, informer, watch.now());
    return stale === undefined ? answer() : unknown(stale);
  };
  return {
    missing: () => all.flatMap(([things, { synced }]) => (synced ? [] : [`${things} not listed yet`])),
    facts: {
      networkPolicies: (namespace) => fresh('network policies', policies, () => readable(namespace, policies.list(namespace))),
      runtimeHandler: (name) => fresh('runtime classes', classes, () => known(classes.get(name))),
      selectingLabels: (namespace) => fresh('agent policies', agents, () => known(union(agents.list(namespace)))),
    },
    ask: (namespace, runtimeClass, signal) => ask(client, namespace, runtimeClass, signal),
    stop: async () => {
      await Promise.all(all.map(([, informer]) => informer.stop()));
    },
  };
}

async function ask(client: KubeClient, namespace: string, runtimeClass: string | undefined, signal: AbortSignal): Promise<ObjectFacts> {
  const options = { signal, timeout: LONGEST_READ };
  const [policies, handler, labels] = await Promise.all([
    told('The network policies are not known', () => policiesOf(client, namespace, options)),
    runtimeClass === undefined ? NOT_ASKED : toldOne('The runtime classes are not known', async () => handlerOf(await client.get(`${pathOf(RUNTIME_CLASSES)}/${encodeURIComponent(runtimeClass)}`, options))),
    told('The agent policies are not known', async () => union((await listAll(client, pathOf(AGENT_POLICIES, namespace), options)).map(selectingLabels))),
  ]);
  return {
    networkPolicies: (asked) => (asked !== namespace ? NOT_ASKED : policies.known ? readable(namespace, policies.value) : policies),
    runtimeHandler: (asked) => (asked === runtimeClass ? handler : NOT_ASKED),
    selectingLabels: (asked) => (asked === namespace ? labels : NOT_ASKED),
  };
}

/** Only until one cannot be read, or they are too many: then nothing more can be told. */
async function policiesOf(client: KubeClient, namespace: string, options: RequestOptions): Promise<readonly (NetworkPolicy | undefined)[]> {
  const read: (NetworkPolicy | undefined)[] = [];
  for await (const { items } of pages(client, pathOf(NETWORK_POLICIES, namespace), { ...options, query: { limit: POLICY_PAGE } })) {
    for (const object of items) read.push(read.length < MOST_POLICIES ? readNetworkPolicy(object) : undefined);
    if (read.includes(undefined)) break;
  }
  return read;
}

const NOT_ASKED = unknown<never>('Nobody asked the API server about this one.');

function pathOf([group, plural]: Place, namespace?: string): string {
  return `/apis/${group}/${namespace === undefined ? '' : `namespaces/${encodeURIComponent(namespace)}/`}${plural}`;
}

/** One that cannot be read may open what the others close. */
function readable(namespace: string, policies: readonly (NetworkPolicy | undefined)[]): Fact<readonly NetworkPolicy[]> {
  const read = policies.filter((policy) => policy !== undefined);
  return read.length === policies.length ? known(read) : unknown(`A NetworkPolicy in namespace ${namespace} cannot be read, or is longer than 32,768 characters, or there are more than ${MOST_POLICIES}; shorten or remove them.`);
}

/** Handler of a RuntimeClass (node.k8s.io/v1), which has to have one. */
function handlerOf(object: KubeObject): string | undefined {
  const handler = object['handler'];
  return typeof handler === 'string' ? handler : undefined;
}

/** Keys by which one AgentPolicy selects. One that cannot be read is for every agent of its namespace, so by none. */
function selectingLabels(object: KubeObject): readonly string[] {
  return Object.keys(readAgents(object)?.matchLabels ?? {});
}

function union(keys: readonly (readonly string[])[]): ReadonlySet<string> {
  return new Set(keys.flat());
}
