import type { Headers } from '../../terms/action.ts';
import type { ProtocolOutcome } from '../../terms/protocol-facts.ts';
import type { AnswerHead, AnswerTreatment, Emit } from '../treatment.ts';

/** Reads how a call of gRPC ended, from the trailers, or from the head of an answer that has nothing else. */
export class GrpcStatus implements AnswerTreatment {
  readonly alters = false;
  #status: number | undefined;

  head(head: AnswerHead): AnswerHead {
    this.#read(head.headers);
    return head;
  }

  data(chunk: Uint8Array, out: Emit): void {
    out(chunk);
  }

  end(_out: Emit, trailers: Headers): void {
    this.#read(trailers);
  }

  facts(): ProtocolOutcome {
    return this.#status === undefined ? {} : { grpc: { status: this.#status } };
  }

  #read(fields: Headers): void {
    const text = fields.find(([name]) => name === 'grpc-status')?.[1];
    if (text !== undefined && /^[0-9]{1,3}$/.test(text)) this.#status = Number(text);
  }
}
