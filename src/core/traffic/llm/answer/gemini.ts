import { objectAt, objectsOf, type ReadValue } from './collected.ts';

/** A response, or a chunk of a stream: both have the same members, and the counts of the last one count. */
export const readGemini: ReadValue = (value, into) => {
  into.named(value['modelVersion']);
  into.failed(value['error']);
  into.usage(value['usageMetadata']);
  into.finish(objectAt(value, 'promptFeedback')['blockReason']);
  for (const candidate of objectsOf(value['candidates'])) {
    into.finish(candidate['finishReason']);
    for (const part of objectsOf(objectAt(candidate, 'content')['parts'])) {
      const call = objectAt(part, 'functionCall');
      if (call['name'] !== undefined) into.calls.add(String(into.calls.size), { id: call['id'], name: call['name'], value: call['args'] });
    }
  }
};
