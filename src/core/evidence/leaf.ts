import { hash } from 'node:crypto';

/** `prev` of the very first record of a log. */
export const GENESIS = '0'.repeat(64);

/**
 * Leaf hash of one line (without its newline) as lower-case hex: SHA-256(0x00 || UTF-8 of the line), RFC 6962 section 2.1.
 * A function of the line alone, so a Merkle tree can be laid over any stretch of the log at any time.
 */
export function leafHash(line: string): string {
  return hash('sha256', `\0${line}`, 'hex');
}
