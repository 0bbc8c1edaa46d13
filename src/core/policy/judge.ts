import type { HttpAction } from '../terms/action.ts';
import type { CompiledMatch, CompiledPolicy, CompiledRule, CompiledTool } from './compiled.ts';
import { matchesPath, resemblesPath, viewPath, type PathView } from './paths.ts';
import { firstRule, type RuleIndex } from './rule-index.ts';
import { toolsFor } from './snapshot.ts';

/** What one policy by itself says of one call. */
export type Opinion = Matched | Missed | Unlisted;

/** A rule of the policy speaks of the call. */
export interface Matched {
  readonly kind: 'deny' | 'hold' | 'allow';
  readonly policy: CompiledPolicy;
  readonly reason: 'denied-by-rule' | 'held-by-rule' | 'allowed-by-rule' | 'allowed-by-access';
  readonly tool: CompiledTool;
  readonly rule: CompiledRule;
}

/** The call goes to a tool of the policy, which does not speak of it: it is not allowed, and stands in no other policy's way. */
export interface Missed {
  readonly kind: 'none';
  readonly policy: CompiledPolicy;
  readonly reason: 'port-not-listed' | 'scheme-not-listed' | 'no-rule-matched';
  readonly tool: CompiledTool;
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

/**
 * Within one policy the first of these that applies is its opinion:
 *
 * 1. no tool lists the host (the most specific pattern decides);
 * 2. none of that pattern's tools lists the port;
 * 3. the tool wants the other scheme;
 * 4. a `deny` rule matches;
 * 5. a `hold` rule matches;
 * 6. an `allow` rule matches;
 * 7. the access preset matches;
 * 8. nothing matched.
 */
export function judge(policy: CompiledPolicy, action: HttpAction, note?: Note): Opinion {
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
  return judgeRules(policy, tool, action, note);
}

/** Steps 4 to 8. */
function judgeRules(policy: CompiledPolicy, tool: CompiledTool, { method, path }: HttpAction, note: Note | undefined): Opinion {
  const view = viewPath(path);
  const denied = firstMatch(tool.denies, restricts, method, view, 'loose', note);
  if (denied !== undefined) return { kind: 'deny', policy, reason: 'denied-by-rule', tool, rule: denied };
  const held = firstMatch(tool.holds, restricts, method, view, 'loose', note);
  if (held !== undefined) return { kind: 'hold', policy, reason: 'held-by-rule', tool, rule: held };
  const allowed = firstMatch(tool.allows, allows, method, view, 'strict', note);
  if (allowed !== undefined) return { kind: 'allow', policy, reason: 'allowed-by-rule', tool, rule: allowed };
  const preset = firstMatch(tool.access, allows, method, view, 'strict', note);
  if (preset !== undefined) return { kind: 'allow', policy, reason: 'allowed-by-access', tool, rule: preset };
  note?.({ policy: policy.reference, tool: tool.name, outcome: 'decided', sentence: `Nothing in tool ${tool.name} matches.` });
  return { kind: 'none', policy, reason: 'no-rule-matched', tool };
}

function firstMatch(index: RuleIndex, matches: typeof allows, method: string, view: PathView, reading: keyof PathView, note: Note | undefined): CompiledRule | undefined {
  if (note === undefined) return firstRule(index, view, reading, ({ match }) => matches(match, method, view));
  return index.rules.find((rule) => {
    const found = matches(rule.match, method, view);
    note(ruleStep(rule, found));
    return found;
  });
}

function allows({ methods, paths }: CompiledMatch, method: string, view: PathView): boolean {
  return (methods === undefined || methods.has(method)) && (paths === undefined || paths.some((pattern) => matchesPath(pattern, view)));
}

/** Deny and hold rules catch also what a lenient server would take for the same call; see `resemblesPath`. */
function restricts({ methods, paths }: CompiledMatch, method: string, view: PathView): boolean {
  return (methods === undefined || methods.has(method) || methods.has(method.toUpperCase())) && (paths === undefined || paths.some((pattern) => resemblesPath(pattern, view)));
}

function ruleStep({ reference, effect, reason }: CompiledRule, found: boolean): Step {
  const name = reference.rule === 'access' ? 'The access preset' : `Rule ${reference.rule}`;
  const why = found && reason !== undefined ? `: ${reason}` : '';
  return { ...reference, outcome: found ? 'decided' : 'skipped', sentence: `${name} (${effect}) ${found ? 'matches' : 'does not match'}${why}.` };
}
