import { type Fact, known, unknown } from '../../core/terms/fact.ts';
import { KubeFault } from './fault.ts';

/**
 * What the API server tells, or a sentence that begins with `otherwise` (such as `The pods of namespace a are not known`) and goes on
 * with why. Errors that are no `KubeFault` are thrown.
 */
export async function told<T>(otherwise: string, ask: () => Promise<T>): Promise<Fact<T>> {
  try {
    return known(await ask());
  } catch (fault) {
    if (!(fault instanceof KubeFault)) throw fault;
    return unknown(`${otherwise}, because the API server did not tell (${fault.message}); try again.`);
  }
}

/** The same of one object; undefined where there is none of that name. */
export function toldOne<T>(otherwise: string, ask: () => Promise<T>): Promise<Fact<T | undefined>> {
  return told(otherwise, () => ask().catch(noneOfThatName));
}

function noneOfThatName(fault: unknown): undefined {
  if (fault instanceof KubeFault && fault.code === 'not-found') return undefined;
  throw fault;
}
