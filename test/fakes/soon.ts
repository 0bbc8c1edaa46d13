/** Waits until `holds`, at most two seconds: the bound for a changed policy. */
export async function soon<T>(what: string, holds: () => T | undefined | false): Promise<T> {
  const until = Date.now() + 2_000;
  while (Date.now() < until) {
    const found = holds();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  throw new Error(`not within two seconds: ${what}`);
}
