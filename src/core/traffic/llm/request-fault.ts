/** A request that may ask a model for something that was not read. The message is a clause about the request, such as `names no model`. */
export class LlmRequestFault extends Error {
  override readonly name = 'LlmRequestFault';
}
