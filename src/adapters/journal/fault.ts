export type JournalFaultCode =
  /** The folder or file cannot be made, opened or read. */
  | 'unusable'
  /** Another living process writes this journal. */
  | 'in-use'
  /** No space, or the file may not grow. */
  | 'full'
  /** A write or a sync failed for another reason. */
  | 'write-failed'
  /** More bytes wait to be written than the journal holds in memory. */
  | 'overloaded'
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
