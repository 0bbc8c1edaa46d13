const POOL = 4096;

/** Hands out randomness in small pieces, fetched in large ones: a call needs three, and asking costs more than the bytes. No piece is given twice. */
export function randomPool(randomBytes: (size: number) => Uint8Array): (size: number) => Uint8Array {
  let pool: Uint8Array = new Uint8Array();
  let used = 0;
  return (size) => {
    if (size > POOL) return randomBytes(size);
    if (used + size > pool.length) {
      pool = randomBytes(POOL);
      used = 0;
    }
    used += size;
    return pool.subarray(used - size, used);
  };
}
