import type { Fact } from '../terms/fact.ts';
import type { RunningPods } from './context.ts';
import { clip } from './message.ts';

const MOST_LINES = 20;
const MOST_NAMES = 3;
const LONGEST = 120;

/**
 * What becomes of the pods that run in a namespace once it enforces, at most 22 lines of 120 characters: how many would be refused, then
 * each reason with the pods that have it, the commonest first.
 */
export function optInWarnings(running: Fact<RunningPods>): string[] {
  if (!running.known) return [cut(`the running pods were not looked at: ${running.sentence}`)];
  const { judged, unjudged, unread = 0 } = running.value;
  const refused = judged.filter(({ faults }) => faults.some(({ weight }) => weight === 'deny'));
  const reasons = byReason(refused);
  const told = reasons.slice(0, MOST_LINES).map(([reason, names]) => cut(`${reason}: ${listed(names)}`));
  return [
    ...(refused.length === 0 ? [] : [`${refused.length} of ${judged.length} running pods would be refused, and run on until they are replaced`, ...told]),
    ...(reasons.length > told.length ? [`and ${reasons.length - told.length} more reasons`] : []),
    ...(unread === 0 ? [] : [`${unread} pods cannot be read, as too large or malformed, and count as unproven`]),
    ...(unjudged === 0 ? [] : [`${unjudged} or more running pods were not looked at, for want of time`]),
  ];
}

/** Names of pods by what is wrong with them, as `[check] reason`. */
function byReason(pods: RunningPods['judged']): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const { name, faults } of pods) {
    for (const reason of new Set(faults.filter(({ weight }) => weight === 'deny').map((fault) => `[${fault.check}] ${fault.reason}`))) {
      const names = found.get(reason);
      if (names === undefined) found.set(reason, [name]);
      else names.push(name);
    }
  }
  return [...found].sort(([, a], [, b]) => b.length - a.length);
}

function listed(names: readonly string[]): string {
  const told = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${told} and ${names.length - MOST_NAMES} more` : told;
}

const cut = (text: string): string => clip(text, LONGEST);
