import type { Guards, RunningPods } from '../../core/admission/context.ts';
import { beginsToEnforce, reviewNamespace } from '../../core/admission/guard.ts';
import { judgeLive } from '../../core/admission/judge.ts';
import { at } from '../../core/admission/workloads.ts';
import type { Pod } from '../../core/checks/pod.ts';
import { type Fact, known } from '../../core/terms/fact.ts';
import type { Gate } from './gate.ts';
import type { Facts, Labels } from './ports.ts';
import { knownOf } from './review-context.ts';

/** Whoever labels a namespace waits for the warnings: not for longer, and not about more pods, than this. */
const LONGEST_LOOK = 1_000;
const MOST_PODS = 3_000;

/** `/guard`: who may say whether a namespace takes agents, and what its running pods would say to it. `clock` is in monotonic milliseconds. */
export function guardGate(guards: Guards, clock: () => number): Gate {
  return async (request, facts, signal) => {
    const labels = beginsToEnforce(request);
    const running = labels === undefined ? undefined : await lookAt(request.name ?? '', labels, facts, signal, clock);
    return reviewNamespace(request, { guards, ...(running && { running }) });
  };
}

async function lookAt(namespace: string, labels: Labels, facts: Facts, signal: AbortSignal, clock: () => number): Promise<Fact<RunningPods>> {
  const until = clock() + LONGEST_LOOK;
  const { context } = knownOf(facts, labels);
  const judged: RunningPods['judged'][number][] = [];
  let [unjudged, unread] = [0, 0];
  for await (const page of facts.podsOf(namespace, AbortSignal.any([signal, AbortSignal.timeout(LONGEST_LOOK)]))) {
    if (!page.known) {
      if (judged.length + unread === 0) return page;
      unjudged += 1;
      break;
    }
    unread += page.value.filter((pod) => pod === undefined).length;
    for (const pod of page.value.filter((one) => one !== undefined).filter(isRunning)) {
      if (clock() >= until || judged.length >= MOST_PODS) unjudged += 1;
      else judged.push({ name: pod.metadata?.name ?? '', faults: judgeLive(pod, context) });
    }
    if (unjudged > 0) break;
  }
  return known({ judged, unjudged, unread });
}

/** Those that have ended are refused nothing any more. */
function isRunning(pod: Pod): boolean {
  const phase = at(pod, ['status', 'phase']);
  return phase !== 'Succeeded' && phase !== 'Failed';
}
