const FIRST = 200;
const LONGEST = 30_000;

/**
 * Milliseconds to wait before the next attempt: doubles with each failure in a row from a fifth of a second to half a minute, and
 * is jittered down to half of that so that many clients of one server don't return as one.
 *
 * @param failures so many in a row; none waits as long as one
 * @param random in [0, 1)
 */
export function retryDelay(failures: number, random: number): number {
  const span = Math.min(LONGEST, FIRST * 2 ** Math.max(0, failures - 1));
  return span * (0.5 + random / 2);
}
