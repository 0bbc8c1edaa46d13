import { API_GROUP } from '../terms/fixed-names.ts';
import type { AdmissionRequest } from './request.ts';
import { type GroupKind, type PodPath, stepsOf } from './workloads.ts';

/** The members of a request that say what is asked. */
type AskedFor = Pick<AdmissionRequest, 'kind' | 'resource' | 'subResource'>;

/**
 * How gate one reviews what is sent to a resource:
 *
 *   pod          the object is a pod
 *   pod-status   the object is a pod of which the status may change, and with it its metadata
 *   template     pods are made of what stands at `path` of the object
 *   pool         the object keeps pods that were made earlier ready for use
 *   binding      the object sends the live pod of its name to a node
 *   ending       the object ends the pod of its name
 *   connection   somebody wants into the live pod behind the name
 *   namespace    the object is a namespace, and its labels decide over its pods
 *   own-kind     the object is an AgentPolicy, a SandboxProfile or an Exemption
 */
export type Review =
  | { readonly as: 'pod' | 'pod-status' | 'pool' | 'binding' | 'ending' | 'connection' | 'namespace' | 'own-kind' }
  | { readonly as: 'template'; readonly path: PodPath; /** By a profile, not by this table. */ readonly listed?: true };

interface ReviewedResource extends GroupKind {
  /** As roles and webhook configurations write it: `pods`, `pods/exec`. */
  readonly resource: string;
  /** Of the kind, where it is another than the resource's. */
  readonly kindGroup?: string;
  readonly review: Review;
  /** What is done to what, where the object that is sent only says how. */
  readonly deed?: Pick<Subject, 'kind' | 'deed'>;
}

/** What a request is about. */
export interface Subject {
  readonly kind: string;
  /** Empty where the API server has not named it yet. */
  readonly name: string;
  /** What is done to it, where that is not to be created or changed: `exec into`. */
  readonly deed?: string;
}

/** A kind that profiles list under `templates`: its pods are made of what stands at `path`, such as `spec.jobs[*].template`. */
export interface ListedTemplate extends GroupKind {
  readonly version: string;
  /** The plural by which the API serves it. */
  readonly resource: string;
  readonly path: string;
}

const TEMPLATE: Review = { as: 'template', path: ['spec', 'template'] };
const SANDBOX: Review = { as: 'template', path: ['spec', 'podTemplate'] };

/** Everything that gate one reviews. What is not in this table nor listed by a profile is nobody's that we know, and denied. */
export const RESOURCES: readonly ReviewedResource[] = Object.freeze([
  { group: '', resource: 'pods', kind: 'Pod', review: { as: 'pod' } },
  { group: '', resource: 'pods/ephemeralcontainers', kind: 'Pod', review: { as: 'pod' } },
  { group: '', resource: 'pods/resize', kind: 'Pod', review: { as: 'pod' } },
  { group: '', resource: 'pods/status', kind: 'Pod', review: { as: 'pod-status' } },
  { group: '', resource: 'pods/binding', kind: 'Binding', review: { as: 'binding' }, deed: { deed: 'the binding of', kind: 'Pod' } },
  // Older than `pods/binding`, and it does the same.
  { group: '', resource: 'bindings', kind: 'Binding', review: { as: 'binding' }, deed: { deed: 'the binding of', kind: 'Pod' } },
  { group: '', resource: 'pods/eviction', kind: 'Eviction', kindGroup: 'policy', review: { as: 'ending' }, deed: { deed: 'the eviction of', kind: 'Pod' } },
  { group: '', resource: 'pods/exec', kind: 'PodExecOptions', review: { as: 'connection' }, deed: { deed: 'exec into', kind: 'Pod' } },
  { group: '', resource: 'pods/attach', kind: 'PodAttachOptions', review: { as: 'connection' }, deed: { deed: 'attach to', kind: 'Pod' } },
  { group: '', resource: 'pods/portforward', kind: 'PodPortForwardOptions', review: { as: 'connection' }, deed: { deed: 'port-forward to', kind: 'Pod' } },
  { group: '', resource: 'pods/proxy', kind: 'PodProxyOptions', review: { as: 'connection' }, deed: { deed: 'proxy to', kind: 'Pod' } },
  // What a service leads to is a pod's port.
  { group: '', resource: 'services/proxy', kind: 'ServiceProxyOptions', review: { as: 'connection' }, deed: { deed: 'proxy to', kind: 'Service' } },
  { group: '', resource: 'podtemplates', kind: 'PodTemplate', review: { as: 'template', path: ['template'] } },
  { group: '', resource: 'replicationcontrollers', kind: 'ReplicationController', review: TEMPLATE },
  { group: 'apps', resource: 'deployments', kind: 'Deployment', review: TEMPLATE },
  { group: 'apps', resource: 'statefulsets', kind: 'StatefulSet', review: TEMPLATE },
  { group: 'apps', resource: 'daemonsets', kind: 'DaemonSet', review: TEMPLATE },
  { group: 'apps', resource: 'replicasets', kind: 'ReplicaSet', review: TEMPLATE },
  { group: 'batch', resource: 'jobs', kind: 'Job', review: TEMPLATE },
  { group: 'batch', resource: 'cronjobs', kind: 'CronJob', review: { as: 'template', path: ['spec', 'jobTemplate', 'spec', 'template'] } },
  { group: 'agents.x-k8s.io', resource: 'sandboxes', kind: 'Sandbox', review: SANDBOX },
  { group: 'extensions.agents.x-k8s.io', resource: 'sandboxtemplates', kind: 'SandboxTemplate', review: SANDBOX },
  { group: 'extensions.agents.x-k8s.io', resource: 'sandboxwarmpools', kind: 'SandboxWarmPool', review: { as: 'pool' } },
  { group: '', resource: 'namespaces', kind: 'Namespace', review: { as: 'namespace' } },
  { group: '', resource: 'namespaces/status', kind: 'Namespace', review: { as: 'namespace' } },
  { group: '', resource: 'namespaces/finalize', kind: 'Namespace', review: { as: 'namespace' } },
  { group: API_GROUP, resource: 'agentpolicies', kind: 'AgentPolicy', review: { as: 'own-kind' } },
  { group: API_GROUP, resource: 'sandboxprofiles', kind: 'SandboxProfile', review: { as: 'own-kind' } },
  { group: API_GROUP, resource: 'exemptions', kind: 'Exemption', review: { as: 'own-kind' } },
]);

const BY_RESOURCE: ReadonlyMap<string, ReviewedResource> = new Map(RESOURCES.map((row) => [`${row.group}/${row.resource}`, row]));

/** How a request is reviewed; undefined where nobody knows: another resource, or an object of another kind than the resource's own. */
export function reviewFor(request: AskedFor, listed: readonly ListedTemplate[] = []): Review | undefined {
  const { kind } = request;
  const row = rowOf(request);
  if (row !== undefined) return row.kind === kind.kind && (row.kindGroup ?? row.group) === kind.group ? row.review : undefined;
  const found = listed.filter((one) => one.group === request.resource.group && one.group === kind.group && one.kind === kind.kind && one.resource === resourceText(request));
  return found.length === 0 ? undefined : { as: 'template', path: stepsOf([...new Set(found.map(({ path }) => path))]), listed: true };
}

/** What a request is about, as a refusal names it: the pod or service where the object that is sent only says what is done to it. */
export function subjectOf(request: AskedFor & Pick<AdmissionRequest, 'name'>): Subject {
  const { kind, deed } = rowOf(request) ?? {};
  const name = request.name ?? '';
  return deed === undefined || kind !== request.kind.kind ? { kind: request.kind.kind, name } : { ...deed, name };
}

/** As roles and webhook configurations write it, such as `pods/exec`; `other` for what is not in the table, since a metric's label must not take whatever a request says. */
export function resourceLabel(request: AskedFor): string {
  return rowOf(request)?.resource ?? 'other';
}

/** Whether no row of the table is about the resource that a profile lists, so that nobody else asks about it. */
export function isOnlyListed({ group, resource }: ListedTemplate): boolean {
  return !BY_RESOURCE.has(`${group}/${resource}`);
}

/** Where the pods of a kind of Kubernetes' own, or of the agent sandboxes', stand; undefined for any other kind. */
export function podPath({ group, kind }: GroupKind): PodPath | undefined {
  const row = RESOURCES.find((one) => one.group === group && one.kind === kind);
  return pathOf(row?.review);
}

/** Where the pods stand in what is reviewed in this way; undefined where it holds none. */
export function pathOf(review: Review | undefined): PodPath | undefined {
  if (review?.as === 'template') return review.path;
  return review?.as === 'pod' ? [] : undefined;
}

/** Where an object of a kind is sent when it is created. A kind that is not in the table gives a resource that is not in it either. */
export function resourceOfKind({ group, version, kind }: AdmissionRequest['kind']): AdmissionRequest['resource'] {
  return { group, version, resource: RESOURCES.find((row) => row.group === group && row.kind === kind)?.resource ?? '' };
}

function rowOf(request: AskedFor): ReviewedResource | undefined {
  return BY_RESOURCE.get(`${request.resource.group}/${resourceText(request)}`);
}

function resourceText({ resource, subResource }: AskedFor): string {
  return subResource === undefined || subResource === '' ? resource.resource : `${resource.resource}/${subResource}`;
}
