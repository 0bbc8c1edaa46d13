import type { AdmissionAnswer } from '../../core/admission/answer.ts';
import { boundPod } from '../../core/admission/binding.ts';
import { entersContainer } from '../../core/admission/connection.ts';
import type { ReviewContext } from '../../core/admission/context.ts';
import { isForWorkload } from '../../core/admission/exemptions.ts';
import { modeOf } from '../../core/admission/namespace.ts';
import { reviewOwnObject } from '../../core/admission/own-kinds.ts';
import type { AdmissionRequest } from '../../core/admission/request.ts';
import { type Review, reviewFor } from '../../core/admission/resources.ts';
import { review } from '../../core/admission/review.ts';
import { FACT_CHECKS } from '../../core/checks/index.ts';
import type { Pod } from '../../core/checks/pod.ts';
import { readPod } from '../../core/checks/read-pod.ts';
import { mutate } from '../../core/injection/mutate.ts';
import { type Fact, unknown } from '../../core/terms/fact.ts';
import type { Facts, Labels } from './ports.ts';
import { knownOf } from './review-context.ts';

/** One of the questions that the API server asks. */
export type Gate = (request: AdmissionRequest, facts: Facts, signal: AbortSignal) => Promise<AdmissionAnswer>;

/**
 * `/validate`: a kind of ours by itself; anything else by what is known of its namespace, and of the live pod where it is about one.
 *
 * What is watched may lag by a moment. Where a refusal rests on it, or an Exemption might cover it, the API server is asked and the
 * review done once more; only then does it refuse. What cannot be known denies.
 */
export const validate: Gate = async (request, facts, signal) => {
  const how = reviewFor(request, facts.templates())?.as;
  if (how === 'own-kind') return reviewOwnObject(request, facts.now());
  const labels = await labelsOf(request, facts, signal);
  if (!labels.known) return undecided(request, labels.sentence);
  const livePod = request.operation === 'DELETE' ? undefined : await livePodOf(how, request, facts, signal);
  const besides = livePod === undefined ? {} : { livePod };
  const { context, gaps } = knownOf(facts, labels.value);
  const first = review(request, { ...context, ...besides });
  if (first.allowed) return first;
  const more = await lookAgain(request, first, livePod, context, facts, signal);
  return explained(more === undefined ? first : review(request, { ...context, ...besides, ...more }), gaps);
};

/** `/mutate`: injects into a pod that is being created, or says why it cannot. */
export const mutateGate: Gate = async (request, facts, signal) => {
  const labels = await labelsOf(request, facts, signal);
  if (!labels.known) return undecided(request, labels.sentence);
  const { settings } = knownOf(facts, labels.value);
  // Without enforcement nothing is injected, so nothing that injection lacks may stop the pod.
  if (!settings.known && modeOf(labels.value) === 'enforce') return undecided(request, settings.sentence);
  return mutate(request, { namespaceLabels: labels.value, ...(settings.known && { settings: settings.value }), ...(facts.receipts?.sign && { sign: facts.receipts.sign }) });
};

/** The denial of a request that nobody was able to judge. */
export function undecided(request: Pick<AdmissionRequest, 'uid'>, sentence: string): AdmissionAnswer {
  return { uid: request.uid, allowed: false, mode: 'enforce', faults: [], message: sentence, warnings: [], auditAnnotations: { undecided: sentence.slice(0, 500) } };
}

async function labelsOf(request: AdmissionRequest, facts: Facts, signal: AbortSignal): Promise<Fact<Labels>> {
  if (request.namespace === undefined) return unknown('The request names no namespace, and what is reviewed here always lives in one.');
  return facts.namespaceLabels(request.namespace, signal);
}

/** The pod behind a connection or a binding, where anything hangs on it. */
async function livePodOf(how: Review['as'] | undefined, request: AdmissionRequest, facts: Facts, signal: AbortSignal): Promise<Fact<Pod | undefined> | undefined> {
  if (how !== 'binding' && !(how === 'connection' && entersContainer(request))) return undefined;
  const name = how === 'binding' ? boundPod(request) : request.name;
  return name === undefined ? unknown('The request names no pod.') : facts.livePod(request.namespace ?? '', name, signal);
}

/** What the API server says at this moment of that on which the refusal rests; undefined where it would change nothing. */
async function lookAgain(request: AdmissionRequest, { faults }: AdmissionAnswer, livePod: Fact<Pod | undefined> | undefined, { exemptions = [] }: ReviewContext, facts: Facts, signal: AbortSignal): Promise<Partial<ReviewContext> | undefined> {
  const namespace = request.namespace ?? '';
  const pod = livePod === undefined ? podOf(request) : livePod.known ? livePod.value : undefined;
  if (pod === undefined) return undefined;
  const rests = faults.some(({ check, weight }) => weight === 'deny' && FACT_CHECKS.has(check));
  const owned = exemptions.some((one) => isForWorkload(one, namespace));
  if (!rests && !owned) return undefined;
  const [objects, workloads] = await Promise.all([
    rests ? facts.objectsNow(namespace, pod.spec.runtimeClassName, signal) : undefined,
    owned ? facts.workloads(namespace, pod, signal) : undefined,
  ]);
  return { ...(objects && { facts: objects }), ...(workloads?.known === true && { workloads: workloads.value }) };
}

function podOf({ object }: AdmissionRequest): Pod | undefined {
  const read = readPod(object);
  return read.ok ? read.pod : undefined;
}

/** Puts the reason why a fact is missing after a refusal that may rest on it. */
function explained(answer: AdmissionAnswer, gaps: readonly string[]): AdmissionAnswer {
  if (answer.allowed || gaps.length === 0) return answer;
  return { ...answer, message: [answer.message ?? 'Refused.', ...new Set(gaps)].join(' ') };
}
