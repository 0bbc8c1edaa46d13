import { z } from 'zod';
import { same } from '../../core/checks/differences.ts';
import type { Workload } from '../../core/policy/exemption.ts';
import { WORKLOAD_KINDS } from '../../core/policy/schema/exemption.ts';
import type { Fact } from '../../core/terms/fact.ts';
import { RecentlyUsed } from '../../core/terms/recently-used.ts';
import type { KubeClient, RequestOptions } from './client.ts';
import { KubeFault } from './fault.ts';
import { told } from './told.ts';

/** Whom an object's controller reference names; anybody can write one, so it is a claim. */
export interface OwnerClaim {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

export const OWNER_REFERENCE = z.object({ apiVersion: z.string(), kind: z.string(), name: z.string(), uid: z.string(), controller: z.boolean().optional() });

/** The one owner that is marked as the controller (the API server allows no second). */
export function controllerOf(references: readonly z.infer<typeof OWNER_REFERENCE>[]): OwnerClaim | undefined {
  const found = references.find((reference) => reference.controller === true);
  return found && { apiVersion: found.apiVersion, kind: found.kind, name: found.name, uid: found.uid };
}

/** The owner references of hostile metadata; none where they cannot be read. */
export function readReferences(metadata: unknown): readonly z.infer<typeof OWNER_REFERENCE>[] {
  const read = z.object({ ownerReferences: z.array(OWNER_REFERENCE).default([]) }).safeParse(metadata);
  return read.success ? read.data.ownerReferences : [];
}

/** Where the owners lie that are looked up, by kind; nothing is known of what any other kind owns. */
const COLLECTIONS: Readonly<Record<Workload['kind'], { readonly apiVersion: string; readonly plural: string }>> = {
  ReplicaSet: { apiVersion: 'apps/v1', plural: 'replicasets' },
  StatefulSet: { apiVersion: 'apps/v1', plural: 'statefulsets' },
  DaemonSet: { apiVersion: 'apps/v1', plural: 'daemonsets' },
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments' },
  Job: { apiVersion: 'batch/v1', plural: 'jobs' },
  CronJob: { apiVersion: 'batch/v1', plural: 'cronjobs' },
};

/** Pod, its ReplicaSet, its Deployment: nothing of Kubernetes' own goes deeper. */
const DEPTH = 2;

/** In milliseconds, of each. */
const LONGEST_READ = 1_000;

/** The shape that owners share; `jobTemplate` is a CronJob's. */
const template = z.object({ metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }).prefault({}), spec: z.unknown() });
const owner = z.object({
  metadata: z.object({ uid: z.string(), ownerReferences: z.array(OWNER_REFERENCE).default([]) }),
  spec: z.object({ template: template.optional(), jobTemplate: z.object({ spec: z.object({ template }) }).optional() }),
});
type Owner = z.output<typeof owner>;

/** An owner that is there, with the uid that the reference to it has. */
interface Found {
  readonly claim: OwnerClaim;
  readonly workload: Workload;
  readonly object: Owner;
}

/** What has an owner, as far as it matters here. */
export interface Owned {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly owner?: OwnerClaim;
}

const REMEMBERED = 10_000;

/**
 * Names a pod's agent after the workload that it belongs to, and a pod of its own after itself.
 *
 * Owner references are claims that anybody may write who may create the pod; each counts only if an object of that name and uid exists.
 * The answer of one pod uid never changes. Rejects with `KubeFault` where the API server does not say.
 */
export function ownerNames(client: KubeClient): (pod: Owned) => Promise<string> {
  const known = new RecentlyUsed<string, string>(REMEMBERED);
  return async ({ namespace, name, uid, owner: claim }) => {
    const found = known.get(uid) ?? (await topmostOwner(client, namespace, claim))?.name ?? name;
    known.set(uid, found);
    return found;
  };
}

/** The owner above all others that are there; undefined where a claim leads to none. Rejects with `KubeFault` where the API server does not say. */
export async function topmostOwner(client: KubeClient, namespace: string, claim: OwnerClaim | undefined, options?: RequestOptions): Promise<OwnerClaim | undefined> {
  return (await ownersOf(client, namespace, claim, options)).at(-1)?.claim;
}

/**
 * The workloads that a claim leads to, from the nearest up. What is made of a template counts as the workload's only where it is made of
 * the one that the workload has now: else whoever may create a ReplicaSet could pass it off as any Deployment's.
 */
export function workloadsOf(client: KubeClient, namespace: string, claim: OwnerClaim | undefined, signal: AbortSignal): Promise<Fact<readonly Workload[]>> {
  return told('The owners of the pod are not known', async () => {
    const [nearest, above] = await ownersOf(client, namespace, claim, { signal, timeout: LONGEST_READ });
    return [nearest, isMadeOf(nearest?.object, above?.object) ? above : undefined].flatMap((found) => found?.workload ?? []);
  });
}

/** From the nearest up; it ends where somebody names an owner that is not there. */
async function ownersOf(client: KubeClient, namespace: string, first: OwnerClaim | undefined, options: RequestOptions = {}): Promise<Found[]> {
  const found: Found[] = [];
  for (let claim = first; claim !== undefined && found.length < DEPTH;) {
    const next: Found | undefined = await lookUp(client, namespace, claim, options);
    if (next === undefined) break;
    found.push(next);
    claim = controllerOf(next.object.metadata.ownerReferences);
  }
  return found;
}

async function lookUp(client: KubeClient, namespace: string, claim: OwnerClaim, options: RequestOptions): Promise<Found | undefined> {
  const { apiVersion, kind, name, uid } = claim;
  const known = WORKLOAD_KINDS.find((one) => one === kind);
  if (known === undefined || COLLECTIONS[known].apiVersion !== apiVersion || !/^[a-z0-9.-]+$/.test(name)) return undefined;
  try {
    const read = owner.safeParse(await client.get(`/apis/${apiVersion}/namespaces/${namespace}/${COLLECTIONS[known].plural}/${name}`, options));
    return read.success && read.data.metadata.uid === uid ? { claim, workload: { kind: known, name }, object: read.data } : undefined;
  } catch (fault) {
    // An owner that we may not see is not proven either.
    if (fault instanceof KubeFault && (fault.code === 'not-found' || fault.code === 'forbidden')) return undefined;
    throw fault;
  }
}

/** Labels by which controllers tell apart what they make of one template. */
const MADE_LABELS = ['pod-template-hash', 'controller-uid', 'job-name', 'batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name'];

function isMadeOf(made: Owner | undefined, maker: Owner | undefined): boolean {
  const [copy, original] = [made?.spec.template, maker?.spec.template ?? maker?.spec.jobTemplate?.spec.template];
  return copy !== undefined && original !== undefined && same(plain(copy), plain(original));
}

function plain({ metadata, spec }: z.output<typeof template>): unknown {
  const labels = Object.entries(metadata.labels).filter(([name]) => !MADE_LABELS.includes(name));
  return { spec, labels: Object.fromEntries(labels), annotations: metadata['annotations'] };
}
