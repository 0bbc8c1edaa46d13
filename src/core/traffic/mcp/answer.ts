import { Buffer } from 'node:buffer';
import type { ProtocolOutcome } from '../../terms/protocol-facts.ts';
import { ProtocolFault } from '../http1/fault.ts';
import { JsonFault } from '../json/fault.ts';
import { parseStructure } from '../json/parse.ts';
import { type SseEvent, withData } from '../sse/event.ts';
import { SseFault, SseReader } from '../sse/reader.ts';
import type { AnswerHead, AnswerTreatment, Emit } from '../treatment.ts';
import { McpFault } from './fault.ts';
import { isJsonType } from './read.ts';
import { Screen, type ScreenParts } from './screen.ts';

/** Bytes of one event, or of one answer that is not streamed, which are held until they are judged. */
const LARGEST = 8 * 1024 * 1024;

type Reading =
  | { readonly kind: 'raw' }
  | { readonly kind: 'json'; readonly chunks: Uint8Array[]; bytes: number; readonly failing: boolean }
  | { readonly kind: 'events'; readonly reader: SseReader };

/**
 * An MCP server's answer on its way to the agent: lists without what the policy does not allow, without tools that are not what
 * they were, and without what the server may not ask of the agent. An event stream goes on event by event; what is not changed
 * goes on byte for byte.
 */
export class McpAnswer implements AnswerTreatment {
  readonly alters = true;
  readonly #screen: Screen;
  #reading: Reading = { kind: 'raw' };

  /** `asked`: methods of the requests that it answers, by `idKey` of their ids. */
  constructor(asked: ReadonlyMap<string, string>, parts: ScreenParts) {
    this.#screen = new Screen(asked, parts);
  }

  head(head: AnswerHead): AnswerHead {
    const types = head.headers.filter(([name]) => name === 'content-type').map(([, value]) => value);
    this.#reading = readingOf(head.status, types);
    if (this.#reading.kind !== 'raw' && head.headers.some(([name, value]) => name === 'content-encoding' && value.toLowerCase() !== 'identity')) {
      throw upstreamFault('the answer is encoded although none was asked for so');
    }
    return head;
  }

  data(chunk: Uint8Array, out: Emit): void {
    const reading = this.#reading;
    if (reading.kind === 'raw') return out(chunk);
    if (reading.kind === 'events') return this.#events(guarded(() => reading.reader.push(chunk)), out);
    reading.bytes += chunk.length;
    if (reading.bytes > LARGEST) throw upstreamFault(`the answer is longer than the ${LARGEST} bytes within which it can be judged`);
    reading.chunks.push(Buffer.from(chunk));
  }

  end(out: Emit): void {
    const reading = this.#reading;
    if (reading.kind === 'json' && reading.bytes > 0) this.#whole(Buffer.concat(reading.chunks), reading.failing, out);
    const rest = reading.kind === 'events' ? guarded(() => reading.reader.end()) : undefined;
    if (rest !== undefined) this.#events([rest], out);
  }

  facts(): ProtocolOutcome {
    return this.#screen.facts();
  }

  #whole(bytes: Buffer, failing: boolean, out: Emit): void {
    let json: unknown;
    try {
      json = parseStructure(bytes);
      const screened = this.#screen.pass(json);
      if (screened === 'withheld') throw upstreamFault('the answer asks the agent for what the policy does not allow');
      out(screened === 'unchanged' ? bytes : Buffer.from(JSON.stringify(screened.changed)));
    } catch (error) {
      if (!(error instanceof JsonFault || error instanceof McpFault)) throw error;
      // The words of a gateway, or of OAuth: no client reads a message in them.
      if (!failing || speaks(json)) throw upstreamFault(error.message);
      out(bytes);
    }
  }

  #events(events: readonly SseEvent[], out: Emit): void {
    for (const event of events) {
      if (event.data === undefined || event.data.trim() === '') out(event.raw);
      else this.#event(event, event.data, out);
    }
  }

  #event(event: SseEvent, data: string, out: Emit): void {
    const screened = guarded(() => this.#screen.pass(parseStructure(Buffer.from(data, 'utf8'))));
    if (screened === 'unchanged') return out(event.raw);
    out(withData(event, screened === 'withheld' ? undefined : JSON.stringify(screened.changed)));
  }
}

/** Answers that carry no message are passed on: an empty one (202), and the error page of whatever stands before the server. */
function readingOf(status: number, types: readonly string[]): Reading {
  const [type = ''] = types;
  const failing = status >= 400;
  if (types.length === 1 && /^text\/event-stream[ \t]*(?:;|$)/i.test(type)) return { kind: 'events', reader: new SseReader(LARGEST) };
  if (types.length === 1 && (isJsonType(type) || failing && /json/i.test(type))) return { kind: 'json', chunks: [], bytes: 0, failing };
  if (failing || types.length === 0) return types.length === 0 ? { kind: 'json', chunks: [], bytes: 0, failing: true } : { kind: 'raw' };
  return { kind: 'json', chunks: [], bytes: 0, failing: false };
}

/** Whether any reader would take it for a message, whatever is wrong with it. */
function speaks(json: unknown): boolean {
  const messages = Array.isArray(json) ? json : [json];
  return messages.some((message) => typeof message === 'object' && message !== null && Object.keys(message).some((key) => /^(?:method|result)$/i.test(key)));
}

function guarded<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof JsonFault || error instanceof McpFault || error instanceof SseFault) throw upstreamFault(error.message);
    throw error;
  }
}

function upstreamFault(message: string): ProtocolFault {
  return new ProtocolFault('answer-unread', `MCP: ${message}`, 'response');
}
