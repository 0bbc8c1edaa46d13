import type { Needs } from '../../core/policy/needs.ts';
import type { Action } from '../../core/terms/action.ts';
import type { RequestHead } from '../../core/traffic/http1/message.ts';
import { llmRefusal } from '../../core/traffic/llm/refusal.ts';
import { rpcRefusal } from '../../core/traffic/mcp/refusal.ts';
import type { RefusalWords, Refused } from '../../core/traffic/problem.ts';

/** A refusal as clients of the protocol that the call was to be read as can show it; undefined: as a problem document. `gathered`: the body as it came. */
export function wordsFor({ protocol, provider }: Needs, { method, headers }: RequestHead, action: Action, gathered: Uint8Array, refused: Refused): RefusalWords | undefined {
  if (protocol === 'llm' && provider !== undefined) return llmRefusal(provider, refused, headers.find(([name]) => name === 'accept')?.[1]);
  if (protocol !== 'mcp' || method !== 'POST') return undefined;
  const { messages, body } = action.kind === 'http' ? action : { messages: undefined, body: undefined };
  return { ...rpcRefusal(refused, messages ?? [], body?.bytes ?? gathered), headers: [['content-type', 'application/json']] };
}
