import { authorityText, endpointText } from '../address/authority-text.ts';
import type { HttpAction, ProtocolMessage, TunnelAction } from '../terms/action.ts';
import type { Authority } from '../terms/authority.ts';
import { quoted } from '../terms/quote.ts';
import type { CompiledPolicy } from './compiled.ts';
import type { Matched, Missed, Opinion, Protocol, Unlisted } from './judge.ts';
import { nearest } from './nearest.ts';
import { listedHosts } from './snapshot.ts';

/** How many hosts are searched for one that the agent may have meant: a refusal must stay cheap. */
const SEARCHED_HOSTS = 200;

/** What an opinion says, as one sentence about the call. */
export function sentenceOf(opinion: Opinion, action: HttpAction | TunnelAction): string {
  const call = callName(action, 'message' in opinion ? opinion.message : undefined);
  if (isProtocol(opinion)) return `${call} ${protocolWords(opinion)}.`;
  switch (opinion.kind) {
    case 'deny': return `${call} is denied by ${ruleName(opinion)}${reasonOf(opinion)}.`;
    case 'hold': return `${call} has to be decided by a person, says ${ruleName(opinion)}${reasonOf(opinion)}.`;
    case 'allow': return `${call} is allowed by ${ruleName(opinion)}.`;
    case 'none': return `${call} is not allowed: ${lacking(opinion, action.authority)}.`;
  }
}

/** What would make it pass, said to whoever reads the refusal. */
export function hintOf(opinion: Opinion, action: HttpAction | TunnelAction, policies: readonly CompiledPolicy[]): string {
  if (opinion.reason === 'host-not-listed') return hostHint(action.authority.host, policies);
  const { policy, tool } = opinion;
  const place = `tool ${tool.name} in ${policy.reference}`;
  switch (opinion.reason) {
    case 'port-not-listed': return `${tool.ports.length === 0 ? 'L' : `Call port ${tool.ports.join(' or ')}, or l`}ist ${action.authority.port} under ${tool.protocol}.ports of ${place}.`;
    case 'scheme-not-listed': return tool.scheme === 'http' ? `Call it by http, or take tls: off out of ${place}.` : `Call it by ${tool.scheme}.`;
    case 'upgrade-refused': return `websocket: true under http of ${place} would let calls change to WebSocket.`;
    case 'message-unread': return tool.opaque ? `Whoever keeps ${policy.reference} can have the tool read.` : `Call it as the ${tool.protocol} tool that it is.`;
    case 'tunnel-refused': return `Speak ${tool.protocol === 'http' ? 'HTTP' : tool.protocol}, so that it can be judged.`;
    case 'condition-failed': return `What a rule in ${place} looks at has to be there and be readable.`;
    case 'no-rule-matched': return `${missing(action, 'message' in opinion ? opinion.message : undefined)} in ${place} would let it pass.`;
    default: return `Only a change of that rule by whoever keeps ${policy.reference} would let it pass.`;
  }
}

function hostHint(host: string, policies: readonly CompiledPolicy[]): string {
  const meant = nearest(host, listedHosts(policies).slice(0, SEARCHED_HOSTS));
  const add = `list ${host} under http.hosts of a tool in ${policies.map(({ reference }) => reference).join(' or ')}`;
  return meant === undefined ? `To let it pass, ${add}.` : `Did you mean ${meant}? Otherwise ${add}.`;
}

function lacking(opinion: Missed | Unlisted, { host, port, scheme }: Authority): string {
  switch (opinion.reason) {
    case 'host-not-listed': return `no tool lists the host ${host}`;
    case 'port-not-listed': return `tool ${opinion.tool.name} does not list port ${port}`;
    case 'upgrade-refused': return `tool ${opinion.tool.name} does not let calls change to another protocol`;
    case 'condition-failed': return `no rule of tool ${opinion.tool.name} matches, and of one it cannot be told: ${opinion.untold ?? 'why is not known'}`;
    case 'scheme-not-listed': return `tool ${opinion.tool.name} is called by ${opinion.tool.scheme}, not by ${scheme}`;
    case 'no-rule-matched': return `no rule of tool ${opinion.tool.name} matches`;
  }
}

function ruleName({ rule: { reference } }: Matched): string {
  return `${reference.rule === 'access' ? 'the access preset' : `rule ${reference.rule}`} of tool ${reference.tool} in ${reference.policy}`;
}

/** The author's own words, which may end in a full stop. */
const reasonOf = ({ rule, untold }: Matched): string => (untold !== undefined ? `, because it cannot be told whether it matches: ${untold}` : rule.reason === undefined ? '' : `: ${rule.reason.replace(/\.$/, '')}`);

const isProtocol = (opinion: Opinion): opinion is Protocol => opinion.kind !== 'none' && !('rule' in opinion);

function protocolWords({ reason, tool: { name, protocol, opaque }, policy: { reference } }: Protocol): string {
  const tool = `tool ${name} in ${reference}`;
  switch (reason) {
    case 'allowed-by-protocol': return `is what it takes to speak to ${tool}`;
    case 'tunnel-refused': return `is refused: ${tool} is read, and these bytes would not be`;
    case 'message-unread': return opaque ? `is refused: ${tool} is not read` : `is refused: it was not read as the ${protocol} that ${tool} speaks`;
  }
}

/** The rule that is missing. */
function missing(action: HttpAction | TunnelAction, message: ProtocolMessage | undefined): string {
  if (action.kind === 'tunnel') return 'access: full';
  return `An allow rule for ${message === undefined ? `${action.method} ${action.path}` : messageName(message)}`;
}

/** A message as a person would say it; no argument or text of it. */
export function messageName(message: ProtocolMessage): string {
  switch (message.kind) {
    case 'mcp': return [message.method, message.tool ?? message.name].flatMap((part) => (part === undefined ? [] : [quotedUnlessPlain(part)])).join(' ');
    case 'llm': return `model ${quotedUnlessPlain(message.model)}${message.tools.length === 0 ? '' : ` with ${message.tools.length} tools`}`;
    case 'grpc': return `${message.service}/${message.method}`;
    case 'websocket': return `a ${message.opcode} message ${message.direction}`;
  }
}

const quotedUnlessPlain = (text: string): string => (/^[\w.:/@+-]{1,200}$/.test(text) ? text : quoted(text));

/** `POST https://api.example.com/v1/items`; the port only where it is not the scheme's own. Of a message what it says, and where. */
function callName(action: HttpAction | TunnelAction, message: ProtocolMessage | undefined): string {
  const { authority } = action;
  if (action.kind === 'tunnel') return `A connection to ${endpointText(authority.host, authority.port)} that nobody reads`;
  const place = `${authority.scheme}://${authorityText(authority)}${action.path}`;
  return message === undefined ? `${action.method} ${place}` : `${messageName(message)} at ${place}`;
}
