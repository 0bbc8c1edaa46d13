import type { AdmissionAnswer } from '../../core/admission/answer.ts';
import { modeOf, profileName } from '../../core/admission/namespace.ts';
import { reviewOwnObject } from '../../core/admission/own-kinds.ts';
import type { AdmissionRequest } from '../../core/admission/request.ts';
import { reviewFor } from '../../core/admission/resources.ts';
import { review } from '../../core/admission/review.ts';
import { inject } from '../../core/injection/inject.ts';
import { mutate } from '../../core/injection/mutate.ts';
import type { InjectionSettings } from '../../core/injection/settings.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';
import type { Fact } from '../../core/terms/fact.ts';
import type { Facts, Labels } from './ports.ts';

/** One of the two questions that the API server asks. */
export type Gate = (request: AdmissionRequest, facts: Facts, signal: AbortSignal) => Promise<AdmissionAnswer>;

/** `/validate`: a kind of ours by itself; else the facts about the namespace, then the review. What cannot be known denies. */
export const validate: Gate = async (request, facts, signal) => {
  if (reviewFor(request)?.as === 'own-kind') return reviewOwnObject(request);
  const labels = await labelsOf(request, facts, signal);
  if (!labels.known) return undecided(request, labels.sentence);
  const profile = facts.profile(profileName(labels.value));
  const settings = settingsOf(facts, profile);
  const answer = review(request, {
    namespaceLabels: labels.value,
    agentNamespaces: facts.agentNamespaces(),
    ...(profile.known ? { profile: profile.value } : {}),
    ...(settings.known ? { derive: (pod) => inject(pod, settings.value) } : {}),
  });
  return explained(answer, profile, settings);
};

/** `/mutate`: injects into a pod that is being created, or says why it cannot. */
export const mutateGate: Gate = async (request, facts, signal) => {
  const labels = await labelsOf(request, facts, signal);
  if (!labels.known) return undecided(request, labels.sentence);
  const settings = settingsOf(facts, facts.profile(profileName(labels.value)));
  // Without enforcement nothing is injected, so nothing that injection lacks may stop the pod.
  if (!settings.known && modeOf(labels.value) === 'enforce') return undecided(request, settings.sentence);
  return mutate(request, { namespaceLabels: labels.value, ...(settings.known ? { settings: settings.value } : {}) });
};

/** The denial of a request that nobody was able to judge. */
export function undecided(request: Pick<AdmissionRequest, 'uid'>, sentence: string): AdmissionAnswer {
  return { uid: request.uid, allowed: false, mode: 'enforce', faults: [], message: sentence, warnings: [], auditAnnotations: { undecided: sentence.slice(0, 500) } };
}

async function labelsOf(request: AdmissionRequest, facts: Facts, signal: AbortSignal): Promise<Fact<Labels>> {
  if (request.namespace === undefined) return { known: false, sentence: 'The request names no namespace, and what is reviewed here always lives in one.' };
  return facts.namespaceLabels(request.namespace, signal);
}

function settingsOf(facts: Facts, profile: Fact<SandboxProfile>): Fact<InjectionSettings> {
  return profile.known ? facts.injection(profile.value) : profile;
}

/** Puts the reason why a fact is missing after a refusal that may rest on it. */
function explained(answer: AdmissionAnswer, ...facts: readonly Fact<unknown>[]): AdmissionAnswer {
  if (answer.allowed) return answer;
  const sentences = new Set(facts.flatMap((fact) => (fact.known ? [] : [fact.sentence])));
  return sentences.size === 0 ? answer : { ...answer, message: [answer.message ?? 'Refused.', ...sentences].join(' ') };
}
