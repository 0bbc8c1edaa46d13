import type { Fault } from '../checks/check.ts';
import { warning } from './message.ts';

const MOST_FAULTS = 6;

/** The faults that would refuse something, on one line of at most 800 characters: the same words for the same faults. Empty where there are none. */
export function summary(faults: readonly Fault[]): string {
  const serious = faults.filter(({ weight }) => weight === 'deny');
  const told = serious.slice(0, MOST_FAULTS).map(warning);
  const untold = serious.length - told.length;
  return [...told, ...(untold > 0 ? [`and ${untold} more`] : [])].join('; ');
}
