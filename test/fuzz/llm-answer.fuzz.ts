import { deepStrictEqual } from 'node:assert';
import type { ProtocolOutcome } from '../../src/core/terms/protocol-facts.ts';
import { LlmAnswer } from '../../src/core/traffic/llm/answer.ts';
import type { LlmApi } from '../../src/core/traffic/llm/endpoint.ts';
import { anthropic, converse, gemini, invoke, type ModelAnswer, openAiChat, openAiResponses } from '../fakes/model-answers.ts';

export const name = 'llm-answer';

const KINDS: readonly (readonly [LlmApi, ModelAnswer])[] = [
  ['openai-chat', openAiChat(true)], ['openai-responses', openAiResponses(true)], ['anthropic-messages', anthropic(true)], ['anthropic-messages', anthropic(false)],
  ['gemini', gemini('list')], ['bedrock-converse', converse(true)], ['bedrock-invoke', invoke(true)],
];

export const seeds: readonly Uint8Array[] = KINDS.map(([, { pieces }]) => Buffer.concat(pieces.map((piece) => Buffer.from(piece))));

export const tokens: readonly Uint8Array[] = ['"usage":', '"tool_calls":[', '"type":', 'data: ', '\n\n', '"error":{}', '-1', '1e999'].map((text) => Buffer.from(text));

/** Whatever a model answers, as whichever API, passes byte for byte; and the same is read of it however it is cut. */
export function target(bytes: Uint8Array): void {
  for (const [index, [api, { type }]] of KINDS.entries()) {
    const whole = passed(api, type, [bytes]);
    deepStrictEqual(Buffer.compare(whole.out, bytes), 0);
    // Byte by byte is dear: as one of them each.
    if (index !== bytes.length % KINDS.length) continue;
    const { facts } = passed(api, type, Array.from(bytes, (byte) => Uint8Array.of(byte)));
    // Of what cannot be read to its end it does not matter how far it was.
    if (facts.flags === undefined || whole.facts.flags === undefined) deepStrictEqual(facts, whole.facts);
  }
}

function passed(api: LlmApi, type: string, pieces: readonly Uint8Array[]): { out: Buffer; facts: ProtocolOutcome } {
  const out: Buffer[] = [];
  const answer = new LlmAnswer(api, false);
  answer.head({ status: 200, headers: [['content-type', type]] });
  for (const piece of pieces) answer.data(piece, (passing) => { out.push(Buffer.from(passing)); });
  answer.end((passing) => { out.push(Buffer.from(passing)); });
  return { out: Buffer.concat(out), facts: answer.facts() };
}
