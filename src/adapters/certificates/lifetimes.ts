/** In milliseconds, as every time in this room. */
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** How far before its making a certificate is valid, for clients whose clock is behind ours. */
export const BACKDATED = 60 * 60_000;
