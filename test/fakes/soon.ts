import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';

/** Much longer than anything here takes where the machine is not busy with other things; shorter than a test may take. */
const BOUND = 10_000;

/** Waits until `holds` says something, and hands that back. */
export async function soon<T>(what: string, holds: () => T | undefined | false): Promise<T> {
  const until = performance.now() + BOUND;
  let found = holds();
  while ((found === undefined || found === false) && performance.now() < until) {
    await sleep(5);
    found = holds();
  }
  expect(found, `within ten seconds: ${what}`).not.toBeOneOf([undefined, false]);
  return found as T;
}
