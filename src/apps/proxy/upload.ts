import type { HttpAction } from '../../core/terms/action.ts';
import type { Permit } from '../../core/terms/permit.ts';
import type { Guard, Objection } from './guard.ts';
import type { RequestBody } from './request-body.ts';

/** What one call sends, against what its tool may send: of one request, and of one day. What stands in the head carries data out as well. */
export class Upload {
  readonly #guard: Guard;
  readonly #permit: Permit;
  readonly #head: number;
  #counted = 0;

  constructor(guard: Guard, permit: Permit, action: HttpAction) {
    this.#guard = guard;
    this.#permit = permit;
    this.#head = permit.facts.limits.length === 0 ? 0 : headBytes(action);
  }

  /** Asked before what arrived is passed on; why it may not be. `length`: bytes of the chunk that the body does not count yet. */
  objection(body: RequestBody, length = 0): Objection | undefined {
    const { upload } = this.#permit.facts.treatment;
    const bytes = body.bytes + length;
    const announced = body.framing.kind === 'length' ? body.framing.length : 0;
    if (upload !== undefined && Math.max(announced, bytes) > upload) return { reason: 'limit-reached', sentence: `The request is larger than the ${upload} bytes that the tool may send.` };
    const total = this.#head + bytes;
    const objection = this.#guard.sending(this.#permit, total - this.#counted);
    this.#counted = total;
    return objection;
  }
}

function headBytes({ path, query, headers }: HttpAction): number {
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length, path.length + query.length);
}
