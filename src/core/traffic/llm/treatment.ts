import type { Headers, LlmMessage } from '../../terms/action.ts';
import { isObject } from '../../terms/is-object.ts';
import { ProtocolFault } from '../http1/fault.ts';
import { parseJson } from '../json/parse.ts';
import type { AnswerTreatment, RequestTreatment } from '../treatment.ts';
import { LlmAnswer } from './answer.ts';
import { endpointOf, type LlmEndpoint } from './endpoint.ts';
import { offeredTools } from './offered-tools.ts';
import { stripTools } from './strip-tools.ts';
import type { Members } from './tool-names.ts';

export interface LlmTreatment {
  readonly request: RequestTreatment;
  readonly answer: AnswerTreatment;
}

/**
 * What is done to one permitted request to a model: forbidden tools are taken out of it, usage is asked for, and its answer, which is asked
 * for unencoded, is read. `body`: the request as it was judged.
 */
export function treatLlm(message: LlmMessage, path: string, body: unknown, strip: readonly string[]): LlmTreatment | undefined {
  const endpoint = endpointOf(message.provider, path);
  if (endpoint === undefined || !isObject(body)) return undefined;
  const adds = asksForNoUsage(message, endpoint, body);
  return { request: new LlmRequest(strip, adds), answer: new LlmAnswer(endpoint.api, adds) };
}

class LlmRequest implements RequestTreatment {
  readonly #strip: ReadonlySet<string>;
  readonly #addsUsage: boolean;

  constructor(strip: readonly string[], addsUsage: boolean) {
    this.#strip = new Set(strip);
    this.#addsUsage = addsUsage;
  }

  headers(headers: Headers): Headers {
    return [...headers.filter(([name]) => name !== 'accept-encoding'), ['accept-encoding', 'identity']];
  }

  body(bytes: Uint8Array): Uint8Array {
    if (this.#strip.size === 0 && !this.#addsUsage) return bytes;
    const body = parseJson(bytes);
    if (!isObject(body)) return bytes;
    const stripped = this.#strip.size === 0 ? body : stripTools(body, this.#strip);
    if (offeredTools(stripped).some((name) => this.#strip.has(name))) throw new ProtocolFault('unwritable', 'A tool that has to be taken out of the request is still in it.');
    return Buffer.from(JSON.stringify(this.#addsUsage ? withUsage(stripped) : stripped), 'utf8');
  }
}

/** Only a streamed chat tells its usage on demand. */
function asksForNoUsage({ stream }: LlmMessage, { api, silent }: LlmEndpoint, body: Members): boolean {
  const options = body['stream_options'] ?? {};
  return api === 'openai-chat' && silent !== true && stream && isObject(options) && options['include_usage'] !== true;
}

function withUsage(body: Members): Members {
  const options = body['stream_options'];
  return { ...body, stream_options: { ...(isObject(options) && options), include_usage: true } };
}
