export type CaptureFaultCode = 'program-missing' | 'program-failed' | 'not-proven';

/** Why traffic is not captured; the message says what was expected and what was found. A pod in which this is thrown must not start. */
export class CaptureFault extends Error {
  override readonly name = 'CaptureFault';
  readonly code: CaptureFaultCode;

  constructor(code: CaptureFaultCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
