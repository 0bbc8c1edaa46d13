import { isObject } from '../../../terms/is-object.ts';
import type { Members } from '../tool-names.ts';
import { readAnthropic } from './anthropic.ts';
import { type Collected, objectAt, objectsOf, type ReadValue } from './collected.ts';
import { readOpenAiChat } from './openai-chat.ts';
import { anthropicUsage, converseUsage, invocationUsage, openAiChatUsage } from './usage.ts';

/** Converse's answer, or one of its events under the event's name: `{"contentBlockStart": {...}}`. */
export const readConverse: ReadValue = (value, into) => {
  into.failed(value['error']);
  const message = objectAt(objectAt(value, 'output'), 'message');
  for (const [index, block] of objectsOf(message['content']).entries()) readToolUse(objectAt(block, 'toolUse'), String(index), into);
  const start = objectAt(value, 'contentBlockStart');
  readToolUse(objectAt(objectAt(start, 'start'), 'toolUse'), keyOf(start), into);
  const delta = objectAt(value, 'contentBlockDelta');
  const { input } = objectAt(objectAt(delta, 'delta'), 'toolUse');
  if (input !== undefined) into.calls.add(keyOf(delta), { text: input });
  for (const place of [value, objectAt(value, 'messageStop')]) into.finish(place['stopReason']);
  for (const place of [value, objectAt(value, 'metadata')]) {
    into.usage(place['usage']);
    const tier = objectAt(place, 'serviceTier')['type'];
    if (typeof tier === 'string') into.serviceTier = tier;
  }
};

function readToolUse(call: Members, key: string, into: Collected): void {
  if (call['name'] !== undefined) into.calls.add(key, { id: call['toolUseId'], name: call['name'], value: isObject(call['input']) ? call['input'] : undefined });
}

const keyOf = (event: Members): string => String(event['contentBlockIndex']);

/**
 * InvokeModel's answer is the model's own: Anthropic's, one like OpenAI's, Nova's, or another. The counts that Bedrock adds itself, in
 * headers or in a stream's last chunk, are the same for all and count before the model's own.
 */
export const readInvoke: ReadValue = (value, into) => {
  const metrics = value['amazon-bedrock-invocationMetrics'];
  if (isObject(metrics)) countedByBedrock(metrics, into);
  if (typeof value['type'] === 'string') readAs(readAnthropic, anthropicUsage, value, into);
  else if (Array.isArray(value['choices'])) readAs(readOpenAiChat, openAiChatUsage, value, into);
  else {
    readAs(readConverse, converseUsage, value, into);
    into.finish(value['stop_reason'] ?? value['completionReason']);
  }
};

export function countedByBedrock(counts: Members, into: Collected): void {
  into.usage(counts);
  into.readUsage = invocationUsage;
}

function readAs(read: ReadValue, usage: typeof converseUsage, value: Members, into: Collected): void {
  if (into.readUsage !== invocationUsage) into.readUsage = usage;
  read(value, into);
}
