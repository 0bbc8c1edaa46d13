/** The candidate that somebody who wrote `text` most likely meant: at most a third of it mistyped, letter case aside; `undefined` if none is. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  const written = text.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.min(written.length, Math.max(1, Math.floor(written.length / 3)) + 1);
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - written.length) >= bestDistance) continue;
    const found = distance(written, candidate.toLowerCase());
    if (found < bestDistance) [best, bestDistance] = [candidate, found];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function distance(one: string, other: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1];
      const swapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(Math.min(
        (last[j] ?? Infinity) + 1,
        (row[j - 1] ?? Infinity) + 1,
        (last[j - 1] ?? Infinity) + (same ? 0 : 1),
        swapped && i > 1 && j > 1 ? (beforeLast[j - 2] ?? Infinity) + 1 : Infinity,
      ));
    }
    [beforeLast, last] = [last, row];
  }
  return last[other.length] ?? Infinity;
}
