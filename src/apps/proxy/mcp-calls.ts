import { authorityText } from '../../core/address/authority-text.ts';
import type { HttpAction, McpMessage } from '../../core/terms/action.ts';
import { quoted } from '../../core/terms/quote.ts';
import type { Deny, Hold } from '../../core/terms/verdict.ts';
import { McpAnswer } from '../../core/traffic/mcp/answer.ts';
import { idKey, type Members } from '../../core/traffic/mcp/envelope.ts';
import { McpServer, type ToolChange } from '../../core/traffic/mcp/server.ts';
import type { Refused } from '../../core/traffic/problem.ts';
import type { RequestTreatment } from '../../core/traffic/treatment.ts';
import type { Notices } from './notices.ts';
import type { CallTreatment, TreatedCall, TreatmentKind } from './treatments.ts';

export interface McpCallsParts {
  /** What the rules say against it. */
  readonly remark: (action: HttpAction) => Deny | Hold | undefined;
  readonly notices: Pick<Notices, 'say'>;
}

/** An encoded answer could not be judged. */
const UNENCODED: RequestTreatment = { headers: (headers) => [...headers.filter(([name]) => name !== 'accept-encoding'), ['accept-encoding', 'identity']] };

/** Calls to MCP servers: what they list and ask is judged, and their tools have to stay what they were. Servers are as many as policies name. */
export class McpCalls implements TreatmentKind {
  readonly #parts: McpCallsParts;
  readonly #servers = new Map<string, McpServer>();

  constructor(parts: McpCallsParts) {
    this.#parts = parts;
  }

  applies({ protocol }: Parameters<TreatmentKind['applies']>[0]): boolean {
    return protocol === 'mcp';
  }

  objection({ action, facts: { treatment: { changed = 'deny' } } }: TreatedCall): ReturnType<McpServer['objection']> {
    const server = this.#server(action);
    for (const message of messagesOf(action)) {
      const objection = message.method === 'tools/call' ? server.objection(message, changed) : undefined;
      if (objection !== undefined) return objection;
    }
    return undefined;
  }

  make({ call, action, facts: { treatment: { changed = 'deny' } } }: TreatedCall): CallTreatment {
    const server = this.#server(action);
    const asked = new Map(messagesOf(action).flatMap(({ id, method }) => (id === undefined ? [] : [[idKey(id), method] as const])));
    return {
      request: UNENCODED,
      answer: new McpAnswer(asked, {
        objection: (message) => this.#objection(action, message, call),
        shows: (use, definition) => this.#remark(action, use) === undefined && (use.tool === undefined || this.#describes(server, action, use.tool, definition, changed)),
      }),
    };
  }

  #objection(action: HttpAction, message: McpMessage, call: string): Refused | undefined {
    const remark = this.#remark(action, message);
    return remark === undefined ? undefined : { reason: remark.reason, sentence: remark.sentence, rule: remark.rule, hint: remark.hint, call };
  }

  #remark(action: HttpAction, message: McpMessage): Deny | Hold | undefined {
    return this.#parts.remark({ ...action, messages: [message] });
  }

  #describes(server: McpServer, action: HttpAction, tool: string, definition: Members, changed: 'deny' | 'hold' | 'allow'): boolean {
    return server.describes(tool, definition, changed, (change) => { this.#tell(serverName(action), change, changed); });
  }

  #tell(server: string, { tool, was, is }: ToolChange, changed: 'deny' | 'hold' | 'allow'): void {
    const then = changed === 'allow' ? 'as the policy allows' : 'and is kept from the agent';
    this.#parts.notices.say({ event: 'mcp-tool-changed', sentence: `The MCP server ${server} describes its tool ${quoted(tool)} otherwise than at first sight, ${then}.`, facts: { server, tool, was, is } }, 'warn');
  }

  #server(action: HttpAction): McpServer {
    const name = serverName(action);
    let server = this.#servers.get(name);
    if (server === undefined) this.#servers.set(name, server = new McpServer());
    return server;
  }
}

const messagesOf = ({ messages = [] }: HttpAction): readonly McpMessage[] => messages.filter((message) => message.kind === 'mcp');

const serverName = ({ authority, path }: HttpAction): string => `${authority.scheme}://${authorityText(authority)}${path}`;
