const POOL = 1024;
const COUNTER_MASK = 0xfff;

/**
 * Makes call ids: UUID version 7 (RFC 9562 section 5.7), so that they sort by time. Within one millisecond, or when the clock
 * goes back, the 12 bits after the version count on, so ids of one process never go backwards.
 */
export function callIds(now: () => number, randomBytes: (size: number) => Uint8Array): () => string {
  let last = 0;
  let counter = 0;
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;

  return () => {
    if (used + 10 > pool.length) {
      pool = Buffer.from(randomBytes(POOL));
      used = 0;
    }
    const time = now();
    if (time > last) {
      last = time;
      counter = pool.readUInt16BE(used) & 0x7ff;
    } else if (++counter > COUNTER_MASK) {
      counter = 0;
      last += 1;
    }
    const random = pool.toString('hex', used + 2, used + 10);
    used += 10;
    return format(last, counter, random);
  };
}

function format(time: number, counter: number, random: string): string {
  const stamp = time.toString(16).padStart(12, '0');
  const variant = ((Number.parseInt(random.charAt(0), 16) & 0x3) | 0x8).toString(16);
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${random.slice(1, 4)}-${random.slice(4, 16)}`;
}
