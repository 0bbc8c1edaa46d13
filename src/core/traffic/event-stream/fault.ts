/** Bytes that are no stream of events in Amazon's binary form. The reader that threw it is unusable afterwards. */
export class EventStreamFault extends Error {
  override readonly name = 'EventStreamFault';
  readonly code: 'length-malformed' | 'message-too-large' | 'prelude-damaged' | 'message-damaged' | 'header-malformed' | 'message-cut-short';

  constructor(code: EventStreamFault['code'], message: string) {
    super(message);
    this.code = code;
  }
}
