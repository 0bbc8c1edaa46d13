import { deepStrictEqual, ok } from 'node:assert';
import type { McpMessage } from '../../src/core/terms/action.ts';
import { ProtocolFault } from '../../src/core/traffic/http1/fault.ts';
import { McpAnswer } from '../../src/core/traffic/mcp/answer.ts';
import { McpFault } from '../../src/core/traffic/mcp/fault.ts';
import { readMcp } from '../../src/core/traffic/mcp/read.ts';

export const name = 'mcp';

const messages = [
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"drop","arguments":{"a":1}}}',
  '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search"}},{"jsonrpc":"2.0","id":2,"result":{}}]',
  '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"search"},{"name":"drop"}]}}',
  '{"jsonrpc":"2.0","id":1,"result":{"inputRequests":{"a":{"method":"elicitation/create"}}}}',
  '{"jsonrpc":"2.0","id":"s","method":"sampling/createMessage","params":{}}',
];

export const seeds: readonly Uint8Array[] = [...messages, ...messages.map((message) => `id: 1\ndata: ${message}\n\n`)].map((text) => Buffer.from(text));

export const tokens: readonly Uint8Array[] = ['"method":', '"result":', '"Method":', '"tools":', '"drop"', 'sampling/createMessage', '\n\n', 'data: ', '\\u0064rop'].map((text) => Buffer.from(text));

/** What is read as a request names what the platform's reader finds in it; and no answer, cut anywhere, brings a forbidden tool or request to the agent. */
export function target(bytes: Uint8Array): void {
  const read = attempt(() => readMcp({ method: 'POST', query: '', headers: [['content-type', 'application/json']], body: { bytes } }));
  for (const { tool } of read ?? []) ok(tool === undefined || Buffer.from(bytes).toString().includes(tool) || Buffer.from(bytes).includes('\\'), 'a tool that is not in the bytes');
  for (const type of ['application/json', 'text/event-stream']) {
    const whole = answered(type, [bytes]);
    deepStrictEqual(answered(type, Array.from(bytes, (byte) => Uint8Array.of(byte))), whole, 'another answer byte by byte');
    if (whole !== undefined) ok(!offers(type, whole), `the agent is offered what it may not have: ${whole}`);
  }
}

const allowed = (message: McpMessage): boolean => message.tool !== 'drop' && !['sampling/createMessage', 'elicitation/create'].includes(message.method);

function answered(type: string, pieces: readonly Uint8Array[]): string | undefined {
  const answer = new McpAnswer(new Map(), { objection: (message) => (allowed(message) ? undefined : { reason: 'no-rule-matched', sentence: 'No.' }), shows: allowed });
  const out: Buffer[] = [];
  const emit = (chunk: Uint8Array): void => { out.push(Buffer.from(chunk)); };
  const done = attempt(() => {
    answer.head({ status: 200, headers: [['content-type', type]] });
    for (const piece of pieces) answer.data(piece, emit);
    answer.end(emit);
    return true;
  });
  return done === undefined ? undefined : Buffer.concat(out).toString();
}

/** As a client that reads leniently finds it. */
function offers(type: string, text: string): boolean {
  const parts = type === 'application/json' ? [text] : text.split(/\r\n|\r|\n/).filter((line) => line.startsWith('data:')).map((line) => line.slice(5));
  return parts.some((part) => {
    const json: unknown = attempt(() => JSON.parse(part) as unknown);
    return (Array.isArray(json) ? json : [json]).some((one: { method?: unknown; result?: { tools?: unknown } } | null | undefined) =>
      one?.method === 'sampling/createMessage' || one?.method === 'elicitation/create' || (Array.isArray(one?.result?.tools) && one.result.tools.some((tool: { name?: unknown } | null) => tool?.name === 'drop')));
  });
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof McpFault || error instanceof ProtocolFault || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
