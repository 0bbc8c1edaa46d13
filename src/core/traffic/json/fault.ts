export type JsonFaultCode =
  | 'empty'
  | 'byte-order-mark'
  | 'not-utf8'
  | 'syntax'
  | 'trailing-bytes'
  | 'too-deep'
  | 'key-twice'
  | 'key-case-twins'
  | 'key-forbidden'
  | 'lone-surrogate'
  | 'number-unsafe';

/** Bytes that are not JSON, or JSON that readers read differently. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly code: JsonFaultCode;
  /** Where, in bytes from the start. */
  readonly at: number;

  constructor(code: JsonFaultCode, at: number, message: string) {
    super(`${message}, at byte ${at}`);
    this.code = code;
    this.at = at;
  }
}
