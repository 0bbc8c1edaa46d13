import { isObject } from '../../../terms/is-object.ts';
import type { Members } from '../tool-names.ts';
import { type Collected, objectAt, objectsOf, type ReadValue } from './collected.ts';

/** A response, or an event of a stream: the last ones hold the response as it stands, and each item that is done comes by itself before. */
export const readOpenAiResponses: ReadValue = (value, into) => {
  const { type } = value;
  if (type === 'error') into.failed(isObject(value['error']) ? value['error'] : { code: value['code'] });
  else if (type === 'response.output_item.done') readItem(objectAt(value, 'item'), into);
  else readResponse(isObject(value['response']) ? value['response'] : value, into);
};

function readResponse(response: Members, into: Collected): void {
  into.named(response['model']);
  into.failed(response['error']);
  into.usage(response['usage']);
  if (typeof response['service_tier'] === 'string') into.serviceTier = response['service_tier'];
  for (const item of objectsOf(response['output'])) readItem(item, into);
  const { status } = response;
  if (status === 'completed') into.finish(status);
  if (status === 'incomplete') into.finish(objectAt(response, 'incomplete_details')['reason'] ?? status);
}

/** Calls that the agent carries out have a `call_id`; those of an MCP server that the provider asked have an `id`. */
function readItem(item: Members, into: Collected): void {
  const { type, call_id: callId, id } = item;
  if (typeof type !== 'string' || !type.endsWith('_call') || (callId === undefined && type !== 'mcp_call')) return;
  const key = String(callId ?? id);
  if (into.calls.has(key)) return;
  const text = item['arguments'] ?? item['input'];
  into.calls.add(key, { id: callId ?? id, name: item['name'] ?? type.replace(/_call$/, ''), text, value: item['action'] ?? item['operation'] });
}
