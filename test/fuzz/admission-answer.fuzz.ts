import { isDeepStrictEqual } from 'node:util';
import { admissionResponse } from '../../src/core/admission/answer.ts';
import type { AdmissionRequest } from '../../src/core/admission/request.ts';
import { readAdmissionReview } from '../../src/apps/webhook/admission-review.ts';
import { ReviewFault } from '../../src/apps/webhook/fault.ts';
import { type Gate, mutateGate, validate } from '../../src/apps/webhook/gate.ts';
import { guardGate } from '../../src/apps/webhook/guard.ts';
import type { Facts } from '../../src/apps/webhook/ports.ts';
import { inject } from '../../src/core/injection/inject.ts';
import { known } from '../../src/core/terms/fact.ts';
import { isObject } from '../../src/core/terms/is-object.ts';
import { NO_OBJECTS } from '../apps/webhook/no-objects.ts';
import { reviewOf } from '../apps/webhook/review.ts';
import { templateOf } from '../core/admission/requests.ts';
import { CONTAINED, FACTS, goodContainer, goodPod, podSecuredBy, SETTINGS } from '../core/checks/pods.ts';
import { mutateJson, withDuplicate } from './mutate-json.ts';
import { Random } from './random.ts';

export const name = 'admission-answer';

const good = inject({ ...goodPod(), metadata: { name: 'triage', namespace: 'agents', labels: { app: 'triage' } } }, SETTINGS);
const other = { ...good, metadata: { ...good.metadata, labels: { 'sallyport.dev/agent': 'other' } } };
const debugged = { ...good, spec: { ...good.spec, ephemeralContainers: [goodContainer('debugger')] } };
const CREW = { group: 'batch.example.com', version: 'v1', kind: 'Crew', resource: 'crews', path: 'spec.roles[*].template' };

const core = (kind: string) => ({ group: '', version: 'v1', kind });
const pods = { group: '', version: 'v1', resource: 'pods' };
const namespace = (labels: object) => ({ metadata: { name: 'agents', labels } });

/** Reviews that are let pass. */
const PASSING = [
  reviewOf({ object: good }),
  reviewOf({ operation: 'UPDATE', object: good, oldObject: good }),
  reviewOf({ kind: core('Binding'), resource: pods, subResource: 'binding', name: 'triage', object: { metadata: { name: 'triage' }, target: { name: 'n1' } } }),
  reviewOf({ kind: { group: 'apps', version: 'v1', kind: 'Deployment' }, object: templateOf(podSecuredBy({ privileged: true })) }),
  reviewOf({ kind: { group: CREW.group, version: CREW.version, kind: CREW.kind }, resource: { group: CREW.group, version: CREW.version, resource: CREW.resource }, object: { spec: { roles: [{ template: good }] } } }),
  reviewOf({ kind: core('Namespace'), namespace: undefined, operation: 'UPDATE', object: namespace({ 'sallyport.dev/agents': 'enforce', a: 'b' }), oldObject: namespace({ 'sallyport.dev/agents': 'enforce' }) }),
];

interface Refused {
  readonly review: object;
  /** Below these paths stands what is refused, and what says what is asked: whatever else changes, it stays refused. */
  readonly because: readonly string[];
}

const ASKED = ['apiVersion', 'kind', 'request.operation', 'request.kind', 'request.resource', 'request.subResource'];

/** Reviews that are refused. */
const REFUSED: readonly Refused[] = [
  { review: reviewOf({ object: inject(podSecuredBy({ privileged: true }), SETTINGS) }), because: ['request.object.spec.containers'] },
  { review: reviewOf({ object: inject(goodPod({ hostNetwork: true }), SETTINGS) }), because: ['request.object.spec.hostNetwork'] },
  { review: reviewOf({ object: goodPod() }), because: ['request.object.spec.initContainers', 'request.object.spec.containers'] },
  { review: reviewOf({ operation: 'UPDATE', object: other, oldObject: good }), because: ['request.object.metadata', 'request.oldObject', 'request.object.spec'] },
  { review: reviewOf({ operation: 'UPDATE', subResource: 'ephemeralcontainers', object: debugged, oldObject: good }), because: ['request.object.spec.ephemeralContainers', 'request.oldObject.spec.ephemeralContainers'] },
  { review: reviewOf({ operation: 'UPDATE', subResource: 'status', object: other, oldObject: good }), because: ['request.object.metadata', 'request.oldObject', 'request.userInfo'] },
  { review: reviewOf({ kind: core('PodExecOptions'), resource: pods, subResource: 'exec', operation: 'CONNECT', name: 'triage', object: { container: 'sallyport-proxy', command: ['sh'] } }), because: ['request.object.container'] },
  { review: reviewOf({ kind: core('PodProxyOptions'), resource: pods, subResource: 'proxy', operation: 'CONNECT', name: 'triage', object: { path: '/' } }), because: [] },
  { review: reviewOf({ kind: core('Binding'), resource: pods, subResource: 'binding', name: 'triage', object: { metadata: { name: 'triage', labels: { 'sallyport.dev/agent': 'other' } } } }), because: ['request.object.metadata.labels'] },
  { review: reviewOf({ kind: { group: 'extensions.agents.x-k8s.io', version: 'v1beta1', kind: 'SandboxWarmPool' }, object: { spec: { replicas: 1 } } }), because: ['request.object.spec'] },
  { review: reviewOf({ kind: core('Namespace'), namespace: undefined, operation: 'UPDATE', object: namespace({}), oldObject: namespace({ 'sallyport.dev/agents': 'enforce' }) }), because: ['request.object.metadata', 'request.oldObject', 'request.userInfo'] },
];

export const seeds: Uint8Array[] = [...PASSING, ...REFUSED.map(({ review }) => review)].map((review) => Buffer.from(JSON.stringify(review)));

export const tokens: Uint8Array[] = ['"operation":"DELETE"', '"subResource":"status"', '"groups":["system:nodes"]', '"allowed":true', '"deletionTimestamp":"2026-01-01T00:00:00Z"', '"__proto__":{', '\\u0000', 'null,', '{},', '[]'].map((word) => Buffer.from(word));

/** A namespace that enforces, a cluster in which everything is known and every pod is a proven one. */
const facts: Facts = {
  ...NO_OBJECTS,
  namespaceLabels: () => Promise.resolve(known({ 'sallyport.dev/agents': 'enforce' })),
  agentNamespaces: () => ['agents'],
  profile: () => known({ ...CONTAINED, spec: { ...CONTAINED.spec, exec: 'allow' } }),
  injection: () => known(SETTINGS),
  objects: FACTS,
  objectsNow: () => Promise.resolve(FACTS),
  livePod: () => Promise.resolve(known(good)),
  templates: () => [CREW],
  async *podsOf() {
    yield known([good]);
  },
  missing: () => [],
};

const GATES: Readonly<Record<string, Gate>> = { validate, mutate: mutateGate, guard: guardGate({ users: new Set(), groups: new Set(['system:masters']) }, () => performance.now()) };
const NEVER = new AbortController().signal;

/** The API server waits five seconds; this machine may be busy. */
const LONGEST = 2_500;
const LARGEST_ANSWER = 100_000;

/**
 * Whatever arrives ends in an answer that the API server can read, or in our own fault, in time; and what is let pass would be let pass
 * as JSON.parse reads it too. The bytes also choose changes of structure, under which what is refused stays refused.
 */
export async function target(bytes: Uint8Array): Promise<void> {
  const passes = await answersWell(bytes);
  const seed = seeds.findIndex((one) => one.length === bytes.length && Buffer.compare(one, bytes) === 0);
  if (seed >= 0 && passes !== seed < PASSING.length) throw new Error(`seed ${seed} is ${passes ? 'let pass' : 'refused'}`);
  const random = new Random(bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7));
  const { review, because } = random.pick(REFUSED);
  const changed = structuredClone(review) as Record<string, unknown>;
  const fixed = [...ASKED, ...because];
  for (let changes = 1 + random.below(4); changes > 0; changes--) {
    mutateJson(changed, random, (path) => !fixed.some((one) => path === one || path.startsWith(`${one}.`) || one.startsWith(`${path}.`)));
  }
  const text = JSON.stringify(changed);
  const mutation = random.below(4) === 0 ? withDuplicate(text, random) : text;
  if (await answersWell(Buffer.from(mutation))) throw new Error(`let pass what was refused: ${mutation.slice(0, 4_000)}`);
}

/** Whether the gate that is meant for it lets it pass. */
async function answersWell(bytes: Uint8Array): Promise<boolean> {
  const request = read(bytes);
  if (request === undefined) return false;
  const passes = new Map<string, boolean>();
  for (const [gate, decide] of Object.entries(GATES)) {
    const started = performance.now();
    const answer = admissionResponse(await decide(request, facts, NEVER));
    const took = performance.now() - started;
    if (took > LONGEST) throw new Error(`${gate} took ${Math.round(took)} ms`);
    passes.set(gate, wellFormed(answer, request.uid));
  }
  return passes.get(request.kind.kind === 'Namespace' ? 'guard' : 'validate') === true;
}

function read(bytes: Uint8Array): AdmissionRequest | undefined {
  try {
    const request = readAdmissionReview(bytes);
    const plain = readAdmissionReview(Buffer.from(JSON.stringify(JSON.parse(Buffer.from(bytes).toString()))));
    if (!isDeepStrictEqual(plain, request)) throw new Error('reads another request than JSON.parse does');
    return request;
  } catch (error) {
    if (error instanceof ReviewFault) return undefined;
    throw error;
  }
}

/** Gives `allowed`; throws where the answer is none of admission.k8s.io/v1, or longer than anybody reads. */
function wellFormed(answer: object, uid: string): boolean {
  const text = JSON.stringify(answer);
  const { apiVersion, kind, response } = JSON.parse(text);
  const named = apiVersion === 'admission.k8s.io/v1' && kind === 'AdmissionReview' && isObject(response) && response['uid'] === uid;
  if (!named || !isDecided(response) || !isBounded(response, text)) throw new Error(`no answer: ${text.slice(0, 2_000)}`);
  return response['allowed'] === true;
}

/** Let pass without a status, or refused with a word and without a patch. */
function isDecided({ allowed, status, patch }: Readonly<Record<string, unknown>>): boolean {
  if (allowed === true) return status === undefined;
  return allowed === false && patch === undefined && isObject(status) && typeof status['message'] === 'string' && status['message'] !== '';
}

function isBounded({ warnings = [], auditAnnotations = {}, patch }: Readonly<Record<string, unknown>>, text: string): boolean {
  const areWarnings = Array.isArray(warnings) && warnings.every((one) => typeof one === 'string' && one.length <= 120);
  const areAnnotations = isObject(auditAnnotations) && Object.values(auditAnnotations).every((one) => typeof one === 'string');
  return areWarnings && areAnnotations && (patch !== undefined || text.length <= LARGEST_ANSWER);
}
