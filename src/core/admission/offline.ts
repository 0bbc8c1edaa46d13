import type { Fault } from '../checks/check.ts';

/** What a cluster would refuse for want of knowledge, nobody can tell where there is no cluster: a warning. Every other fault stays what it is. */
export function offline(fault: Fault): Fault {
  if (fault.unknown !== true) return fault;
  return { ...fault, weight: 'warn', message: `cannot be told offline: ${fault.message}`, fix: 'give that object as input too, or ask the cluster: sallyport check --cluster' };
}
