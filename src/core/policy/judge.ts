import type { HttpAction, LlmMessage, ProtocolMessage, TunnelAction } from '../terms/action.ts';
import { CallView, type Circumstances } from './call-view.ts';
import type { CompiledMatch, CompiledPolicy, CompiledRule, CompiledTool } from './compiled.ts';
import { Untold } from './conditions/values.ts';
import { isHousekeeping, messagesOf } from './messages.ts';
import { matchesPath, resemblesPath, type PathView } from './paths.ts';
import { firstRule, type RuleIndex } from './rule-index.ts';
import { toolsFor } from './snapshot.ts';
import { messageName } from './wording.ts';

/** What one policy by itself says of one call. */
export type Opinion = Matched | Protocol | Missed | Unlisted;

/** A rule of the policy speaks of the call. */
export interface Matched {
  readonly kind: 'deny' | 'hold' | 'allow';
  readonly policy: CompiledPolicy;
  readonly reason: 'denied-by-rule' | 'held-by-rule' | 'allowed-by-rule' | 'allowed-by-access';
  readonly tool: CompiledTool;
  readonly rule: CompiledRule;
  readonly message?: ProtocolMessage | undefined;
  /** Why it could not be told whether the rule matches, which counts as a match. */
  readonly untold?: string | undefined;
  /** Tools that are taken out of the request to the model. */
  readonly strip?: readonly string[];
}

/** The call goes to a tool of the policy, which does not speak of it: it is not allowed, and stands in no other policy's way. */
export interface Missed {
  readonly kind: 'none';
  readonly policy: CompiledPolicy;
  readonly reason: 'port-not-listed' | 'scheme-not-listed' | 'upgrade-refused' | 'condition-failed' | 'no-rule-matched';
  readonly tool: CompiledTool;
  readonly message?: ProtocolMessage | undefined;
  readonly untold?: string | undefined;
}

/** No tool of the policy is called by this host. */
export interface Unlisted {
  readonly kind: 'none';
  readonly policy: CompiledPolicy;
  readonly reason: 'host-not-listed';
}

/** Told of each thing looked at. */
export type Note = (step: Step) => void;

/** One thing that was looked at. */
export interface Step {
  /** `namespace/name`; absent for steps that concern no single policy. */
  readonly policy?: string;
  readonly tool?: string;
  readonly rule?: string;
  /** `decided`: this policy's opinion, or the verdict, comes from here. */
  readonly outcome: 'passed' | 'skipped' | 'decided';
  readonly sentence: string;
}

/** A tool's protocol decides, without a rule: for what it takes to speak it, or against what is not it. */
export interface Protocol {
  readonly kind: 'allow' | 'deny';
  readonly policy: CompiledPolicy;
  readonly reason: 'allowed-by-protocol' | 'message-unread' | 'tunnel-refused';
  readonly tool: CompiledTool;
  readonly message?: ProtocolMessage | undefined;
}

/**
 * Within one policy the first of these that applies is its opinion:
 *
 * 1. no tool lists the host (the most specific pattern decides);
 * 2. none of that pattern's tools lists the port;
 * 3. the tool wants the other scheme;
 * 4. bytes would pass unread where the tool is read, or the tool's protocol could not be read: deny;
 * 5. a `deny` rule matches;
 * 6. a `hold` rule matches;
 * 7. an `allow` rule matches;
 * 8. the access preset matches;
 * 9. it is what it takes to speak the tool's protocol;
 * 10. nothing matched.
 *
 * Where the call has several messages, each goes through steps 5 to 10, and the strictest opinion counts.
 */
export function judge(policy: CompiledPolicy, action: HttpAction | TunnelAction, circumstances: Circumstances, note?: Note): Opinion {
  const { host, port, scheme } = action.authority;
  const at = policy.reference;
  const listing = toolsFor(policy.tools, host);
  const [first] = listing;
  if (first === undefined) {
    note?.({ policy: at, outcome: 'decided', sentence: `No tool lists the host ${host}.` });
    return { kind: 'none', policy, reason: 'host-not-listed' };
  }
  const tool = listing.find(({ ports }) => ports.includes(port));
  if (tool === undefined) {
    note?.({ policy: at, outcome: 'decided', sentence: `What lists ${host} does not list port ${port}.` });
    return { kind: 'none', policy, reason: 'port-not-listed', tool: first };
  }
  note?.({ policy: at, tool: tool.name, outcome: 'passed', sentence: `Tool ${tool.name} lists ${host} and port ${port}.` });
  if (tool.scheme !== scheme) {
    note?.({ policy: at, tool: tool.name, outcome: 'decided', sentence: `Tool ${tool.name} is called by ${tool.scheme}, not by ${scheme}.` });
    return { kind: 'none', policy, reason: 'scheme-not-listed', tool };
  }
  return action.kind === 'tunnel' ? judgeTunnel(policy, tool, note) : judgeCall(policy, tool, action, circumstances, note);
}

/** Bytes that nobody reads: only a tool that is not read lets them pass, and then all of them. */
function judgeTunnel(policy: CompiledPolicy, tool: CompiledTool, note: Note | undefined): Opinion {
  const [access] = tool.access.rules;
  if (!tool.opaque) return decided(note, { kind: 'deny', policy, reason: 'tunnel-refused', tool });
  if (access === undefined) return decided(note, { kind: 'none', policy, reason: 'no-rule-matched', tool });
  note?.(ruleStep(access, true));
  return { kind: 'allow', policy, reason: 'allowed-by-access', tool, rule: access };
}

function judgeCall(policy: CompiledPolicy, tool: CompiledTool, action: HttpAction, circumstances: Circumstances, note: Note | undefined): Opinion {
  if (tool.opaque) return decided(note, { kind: 'deny', policy, reason: 'message-unread', tool });
  if (action.upgrade !== undefined && !tool.websocket) return decided(note, { kind: 'none', policy, reason: 'upgrade-refused', tool });
  if (tool.path !== undefined && tool.path !== action.path) return decided(note, { kind: 'none', policy, reason: 'no-rule-matched', tool });
  const messages = messagesOf(tool, action);
  if (messages === undefined) return decided(note, { kind: 'deny', policy, reason: 'message-unread', tool });
  const call = new CallView(action, circumstances);
  const [only, ...others] = messages;
  if (others.length === 0) return judgeMessage(policy, tool, call, only, note);
  return strictest(messages.map((message) => judgeMessage(policy, tool, call, message, note)));
}

const ORDER: readonly Opinion['kind'][] = ['deny', 'hold', 'none', 'allow'];

/** Of the opinions on the messages of one call; the first of its kind. */
function strictest(opinions: readonly Opinion[]): Opinion {
  const [first, ...others] = opinions.toSorted((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
  if (first === undefined) throw new Error('no message was judged');
  const strip = [first, ...others].flatMap((opinion) => ('strip' in opinion ? opinion.strip ?? [] : []));
  return strip.length > 0 && 'rule' in first ? { ...first, strip } : first;
}

/** Steps 5 to 10; `message` is undefined where the tool's calls have none. */
function judgeMessage(policy: CompiledPolicy, tool: CompiledTool, call: CallView, message: ProtocolMessage | undefined, note: Note | undefined): Opinion {
  if (message !== undefined) note?.({ policy: policy.reference, tool: tool.name, outcome: 'passed', sentence: `The call says ${messageName(message)}.` });
  const { said, strip } = message?.kind === 'llm' ? withoutStripped(tool, call, message, note) : { said: message, strip: undefined };
  call.message = said;
  call.untold = undefined;
  const about = { policy, tool, message: said, ...(strip && { strip }) };
  const denied = firstMatch(tool.denies, restricts, call, 'loose', note);
  if (denied !== undefined) return { kind: 'deny', reason: 'denied-by-rule', rule: denied, untold: call.untold, ...about };
  const held = firstMatch(tool.holds, restricts, call, 'loose', note);
  if (held !== undefined) return { kind: 'hold', reason: 'held-by-rule', rule: held, untold: call.untold, ...about };
  const ofMessages = said?.kind === 'websocket' && tool.messageAllows.rules.length > 0;
  const allowed = firstMatch(ofMessages ? tool.messageAllows : tool.allows, allows, call, 'strict', note);
  if (allowed !== undefined) return { kind: 'allow', reason: 'allowed-by-rule', rule: allowed, ...about };
  const preset = ofMessages ? undefined : firstMatch(tool.access, allows, call, 'strict', note);
  if (preset !== undefined) return { kind: 'allow', reason: 'allowed-by-access', rule: preset, ...about };
  return decided(note, withoutRule(policy, tool, call, said));
}

/** Steps 9 and 10. */
function withoutRule(policy: CompiledPolicy, tool: CompiledTool, { untold }: CallView, message: ProtocolMessage | undefined): Protocol | Missed {
  if (isHousekeeping(tool, message)) return { kind: 'allow', policy, reason: 'allowed-by-protocol', tool, message };
  return { kind: 'none', policy, reason: untold === undefined ? 'no-rule-matched' : 'condition-failed', tool, message, untold };
}

/** The request as it is once its `strip` rules were obeyed, and the names of what they took out. */
function withoutStripped(tool: CompiledTool, call: CallView, message: LlmMessage, note: Note | undefined): { readonly said: LlmMessage; readonly strip: readonly string[] | undefined } {
  const strip = tool.strips.length === 0 ? [] : stripped(tool, call, message, note);
  return strip.length === 0 ? { said: message, strip: undefined } : { said: { ...message, tools: message.tools.filter((name) => !strip.includes(name)) }, strip };
}

/** Names of the offered tools that a `strip` rule takes out. */
function stripped(tool: CompiledTool, call: CallView, message: LlmMessage, note: Note | undefined): readonly string[] {
  return message.tools.filter((name) => tool.strips.some((rule) => {
    call.message = { ...message, tools: [name] };
    const found = restricts(rule.match, call);
    if (found) note?.({ ...rule.reference, outcome: 'passed', sentence: `Rule ${rule.reference.rule} (deny) takes the tool ${name} out of the request.` });
    return found;
  }));
}

function firstMatch(index: RuleIndex, matches: typeof allows, call: CallView, reading: keyof PathView, note: Note | undefined): CompiledRule | undefined {
  if (note === undefined) return firstRule(index, call.path, reading, ({ match }) => matches(match, call));
  return index.rules.find((rule) => {
    const found = matches(rule.match, call);
    note(ruleStep(rule, found));
    return found;
  });
}

/** What cannot be told allows nothing. */
function allows({ methods, paths, tests }: CompiledMatch, call: CallView): boolean {
  if (methods !== undefined && !methods.has(call.action.method)) return false;
  if (paths !== undefined && !paths.some((pattern) => matchesPath(pattern, call.path))) return false;
  for (const test of tests) {
    const held = test.holds(call);
    if (held instanceof Untold) {
      if (isListed(call)) continue;
      call.untold = held.message;
    }
    if (held !== true) return false;
  }
  return true;
}

/** Deny and hold rules catch also what a lenient server would take for the same call (see `resemblesPath`), and what cannot be told. */
function restricts({ methods, paths, tests }: CompiledMatch, call: CallView): boolean {
  const { method } = call.action;
  if (methods !== undefined && !methods.has(method) && !methods.has(method.toUpperCase())) return false;
  if (paths !== undefined && !paths.some((pattern) => resemblesPath(pattern, call.path))) return false;
  let untold: string | undefined;
  for (const test of tests) {
    const held = test.holds(call);
    if (held === false) return false;
    if (held instanceof Untold) untold ??= held.message;
  }
  call.untold = untold;
  return untold === undefined || !isListed(call);
}

/** What stands in a list may be called in one way or another: what cannot be told yet speaks neither for nor against it. */
const isListed = ({ message }: CallView): boolean => message?.kind === 'mcp' && message.listed === true;

function decided(note: Note | undefined, opinion: Protocol | Missed): Opinion {
  note?.({ policy: opinion.policy.reference, tool: opinion.tool.name, outcome: 'decided', sentence: decision(opinion) });
  return opinion;
}

function decision({ reason, tool: { name }, ...opinion }: Protocol | Missed): string {
  switch (reason) {
    case 'tunnel-refused': return `Tool ${name} lets no bytes pass unread.`;
    case 'message-unread': return `The call was not read as what tool ${name} is.`;
    case 'upgrade-refused': return `Tool ${name} does not let calls change to another protocol.`;
    case 'allowed-by-protocol': return `It is what it takes to speak the protocol of tool ${name}.`;
    case 'condition-failed': return `Nothing in tool ${name} matches, and of one rule it cannot be told: ${'untold' in opinion ? opinion.untold : ''}.`;
    default: return `Nothing in tool ${name} matches.`;
  }
}

function ruleStep({ reference, effect, reason }: CompiledRule, found: boolean): Step {
  const name = reference.rule === 'access' ? 'The access preset' : `Rule ${reference.rule}`;
  const why = found && reason !== undefined ? `: ${reason}` : '';
  return { ...reference, outcome: found ? 'decided' : 'skipped', sentence: `${name} (${effect}) ${found ? 'matches' : 'does not match'}${why}.` };
}
