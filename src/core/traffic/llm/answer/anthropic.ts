import { isObject } from '../../../terms/is-object.ts';
import type { Members } from '../tool-names.ts';
import { type Collected, objectAt, objectsOf, type ReadValue } from './collected.ts';

/** A message, or an event of a stream of one. Counts of a stream are cumulative, so the last one counts. */
export const readAnthropic: ReadValue = (value, into) => {
  switch (value['type']) {
    case 'message': return readMessage(value, into);
    case 'message_start': return readMessage(objectAt(value, 'message'), into);
    case 'content_block_start': return readBlock(objectAt(value, 'content_block'), keyOf(value), into);
    case 'content_block_delta': return readDelta(objectAt(value, 'delta'), keyOf(value), into);
    case 'message_delta':
      into.finish(objectAt(value, 'delta')['stop_reason']);
      return into.usage(value['usage']);
    default: return into.failed(value['error']);
  }
};

function readMessage(message: Members, into: Collected): void {
  into.named(message['model']);
  into.finish(message['stop_reason']);
  into.usage(message['usage']);
  for (const [index, block] of objectsOf(message['content']).entries()) readBlock(block, String(index), into);
}

/** `tool_use`, and what the provider carries out: `server_tool_use`, `mcp_tool_use`. */
function readBlock(block: Members, key: string, into: Collected): void {
  const { type, id, name, input } = block;
  if (typeof type === 'string' && /(?:^|_)tool_use$/.test(type)) into.calls.add(key, { id, name, value: isObject(input) ? input : undefined });
}

function readDelta(delta: Members, key: string, into: Collected): void {
  if (delta['type'] === 'input_json_delta') into.calls.add(key, { text: delta['partial_json'] });
}

const keyOf = (value: Members): string => String(value['index']);
