export type InputFaultCode =
  /** Options or arguments that do not go together, or a value that is none. */
  | 'usage'
  /** A file that the system does not let us read. */
  | 'unreadable'
  /** A file that was read and cannot be used. */
  | 'unfit';

/**
 * Something that was given on the command line, an option or a file, and cannot be used: whichever command it is thrown in, the
 * program ends with 2. The message names the place and says what would mend it; it may have several lines.
 */
export class InputFault extends Error {
  override readonly name: string = 'InputFault';
  readonly code: InputFaultCode;

  constructor(code: InputFaultCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
