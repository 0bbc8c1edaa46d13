import type { Headers } from '../../terms/action.ts';
import { isObject } from '../../terms/is-object.ts';
import type { ProtocolOutcome } from '../../terms/protocol-facts.ts';
import { ProtocolFault } from '../http1/fault.ts';
import type { SseEvent } from '../sse/event.ts';
import { SseFault, SseReader } from '../sse/reader.ts';
import type { AnswerHead, AnswerTreatment, Emit } from '../treatment.ts';
import { readAnthropic } from './answer/anthropic.ts';
import { countedByBedrock, readConverse, readInvoke } from './answer/bedrock.ts';
import { Collected, type ReadValue } from './answer/collected.ts';
import { readGemini } from './answer/gemini.ts';
import { readOpenAiChat } from './answer/openai-chat.ts';
import { readOpenAiResponses } from './answer/openai-responses.ts';
import { anthropicUsage, converseUsage, geminiUsage, openAiChatUsage, openAiResponsesUsage, type ReadUsage } from './answer/usage.ts';
import { BinaryValues, EventValues, ListedValues, LONGEST_VALUE, type Tell, type Values, WholeValue } from './answer/values.ts';
import type { LlmApi } from './endpoint.ts';

const READERS: Readonly<Record<LlmApi, { readonly value: ReadValue; readonly usage: ReadUsage }>> = {
  'openai-chat': { value: readOpenAiChat, usage: openAiChatUsage },
  'openai-responses': { value: readOpenAiResponses, usage: openAiResponsesUsage },
  'anthropic-messages': { value: readAnthropic, usage: anthropicUsage },
  gemini: { value: readGemini, usage: geminiUsage },
  'bedrock-converse': { value: readConverse, usage: converseUsage },
  'bedrock-invoke': { value: readInvoke, usage: converseUsage },
};

/** What the record says of an answer that could not be read to its end, so that nobody takes it for one without tokens. */
export const UNREAD_FLAG = 'model-answer-unread';

/**
 * Reads usage, tool calls and ends out of a model's answer beside its way to the agent: what comes in has gone out before it is looked at.
 * Only where the agent did not ask for the chunk with the usage of an OpenAI chat is each event looked at first, to keep that one back.
 */
export class LlmAnswer implements AnswerTreatment {
  readonly alters: boolean;
  readonly metered = true;
  readonly #read: ReadValue;
  readonly #collected: Collected;
  #values: Values | undefined;
  #withheld: SseReader | undefined;
  #unread = false;

  /** `withholds`: the chunk with the usage is one that the agent did not ask for. */
  constructor(api: LlmApi, withholds: boolean) {
    this.alters = withholds;
    this.#read = READERS[api].value;
    this.#collected = new Collected(READERS[api].usage);
  }

  head(head: AnswerHead): AnswerHead {
    const type = (valueOf(head.headers, 'content-type') ?? '').toLowerCase();
    const coding = valueOf(head.headers, 'content-encoding') ?? 'identity';
    if (coding.toLowerCase() !== 'identity') this.#unread = true;
    else if (this.alters && type.startsWith('text/event-stream')) this.#withheld = new SseReader(LONGEST_VALUE);
    else this.#values = valuesFor(type, this.#read);
    this.#readHeaders(head.headers);
    return head;
  }

  data(chunk: Uint8Array, out: Emit): void {
    if (this.#withheld !== undefined) return this.#passEvents(this.#withheld, chunk, out);
    out(chunk);
    this.#look((values, tell) => { values.push(chunk, tell); });
  }

  end(out: Emit): void {
    const last = this.#withheld?.end();
    if (last !== undefined) this.#passEvent(last, out);
    this.#look((values, tell) => { values.end(tell); });
  }

  facts(): ProtocolOutcome {
    const unread = this.#unread || this.#collected.calls.overflowed;
    return { llm: this.#collected.outcome(), ...(unread && { flags: [UNREAD_FLAG] }) };
  }

  #look(find: (values: Values, tell: Tell) => void): void {
    if (this.#values === undefined) return;
    try {
      find(this.#values, (value) => { this.#read(value, this.#collected); });
    } catch {
      // Whatever is wrong with it, the agent's client is to judge it, not the record.
      this.#values = undefined;
      this.#unread = true;
    }
  }

  #passEvents(reader: SseReader, chunk: Uint8Array, out: Emit): void {
    try {
      for (const event of reader.push(chunk)) this.#passEvent(event, out);
    } catch (error) {
      if (error instanceof SseFault) throw new ProtocolFault('response-unexpected', `The model's event stream cannot be read: ${error.message}.`, 'response');
      throw error;
    }
  }

  #passEvent(event: SseEvent, out: Emit): void {
    const value = parsed(event.data);
    if (!isUsageChunk(value)) out(event.raw);
    if (value !== undefined) this.#read(value, this.#collected);
  }

  /** Of InvokeModel. */
  #readHeaders(headers: Headers): void {
    const counts = Object.entries(BEDROCK_HEADERS).flatMap(([header, name]) => {
      const value = valueOf(headers, header);
      return value !== undefined && /^\d{1,15}$/.test(value) ? [[name, Number(value)] as const] : [];
    });
    if (counts.length > 0) countedByBedrock(Object.fromEntries(counts), this.#collected);
  }
}

const BEDROCK_HEADERS = {
  'x-amzn-bedrock-input-token-count': 'inputTokenCount',
  'x-amzn-bedrock-output-token-count': 'outputTokenCount',
  'x-amzn-bedrock-cache-read-input-token-count': 'cacheReadInputTokenCount',
  'x-amzn-bedrock-cache-write-input-token-count': 'cacheWriteInputTokenCount',
};

function valuesFor(type: string, read: ReadValue): Values | undefined {
  if (type.startsWith('text/event-stream')) return new EventValues();
  if (type.startsWith('application/vnd.amazon.eventstream')) return new BinaryValues();
  if (!type.startsWith('application/json')) return undefined;
  return read === readGemini ? new ListedValues() : new WholeValue();
}

/** The one that `include_usage` adds: no choices, and the counts. */
function isUsageChunk(value: Readonly<Record<string, unknown>> | undefined): boolean {
  return value !== undefined && Array.isArray(value['choices']) && value['choices'].length === 0 && isObject(value['usage']);
}

function parsed(data: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (data === undefined || !data.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function valueOf(headers: Headers, wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1];
}
