import type { Members } from '../tool-names.ts';
import { type Collected, objectAt, objectsOf, type ReadValue } from './collected.ts';

/** A completion, or a chunk of one: `message` and `delta` have the same members. */
export const readOpenAiChat: ReadValue = (value, into) => {
  into.named(value['model']);
  into.failed(value['error']);
  into.usage(value['usage']);
  if (typeof value['service_tier'] === 'string') into.serviceTier = value['service_tier'];
  for (const [position, choice] of objectsOf(value['choices']).entries()) readChoice(choice, keyOf(choice, position), into);
};

function readChoice(choice: Members, key: string, into: Collected): void {
  into.finish(choice['finish_reason']);
  for (const message of [objectAt(choice, 'message'), objectAt(choice, 'delta')]) {
    const legacy = objectAt(message, 'function_call');
    if (Object.keys(legacy).length > 0) into.calls.add(`${key} function`, { name: legacy['name'], text: legacy['arguments'] });
    for (const [position, call] of objectsOf(message['tool_calls']).entries()) readCall(call, `${key} ${keyOf(call, position)}`, into);
  }
}

function readCall(call: Members, key: string, into: Collected): void {
  const own = objectAt(call, 'function');
  const custom = objectAt(call, 'custom');
  into.calls.add(key, { id: call['id'], name: own['name'] ?? custom['name'], text: own['arguments'] ?? custom['input'] });
}

function keyOf(entry: Members, position: number): string {
  return String(typeof entry['index'] === 'number' ? entry['index'] : position);
}
