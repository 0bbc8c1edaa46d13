export type JournalFaultCode =
  /** The folder or a file in it cannot be made, opened or read. */
  | 'unusable'
  /** Another living process writes this journal. */
  | 'in-use'
  /** No space, the file may not grow, or the journal has reached its own limit. */
  | 'full'
  /** A write or a sync failed for another reason. */
  | 'write-failed'
  /** More bytes wait to be written than the journal holds in memory. */
  | 'overloaded'
  /** What was given as a key is none, or not the one that payloads are sealed to. */
  | 'key-invalid'
  | 'closed';

/** A record could not be kept. Whoever gets it must not do what the record was to say. */
export class JournalFault extends Error {
  override readonly name = 'JournalFault';
  readonly code: JournalFaultCode;

  constructor(code: JournalFaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** What the file system threw, as the fault of an act such as `writing`. */
export function faultOf(act: string, path: string, error: unknown, otherwise: 'unusable' | 'write-failed'): JournalFault {
  if (error instanceof JournalFault) return error;
  const errno = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const code = FULL.has(errno) ? 'full' : otherwise;
  const fix = code === 'full' ? 'make room' : 'check that it exists and may be used';
  return new JournalFault(code, `${act} ${path} failed (${errno}): ${fix}`, error);
}
