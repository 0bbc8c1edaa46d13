import { parseHostPattern } from '../address/pattern.ts';
import { parseRange } from '../address/range.ts';
import type { Capture } from '../terms/permit.ts';
import type { RuleReference } from '../terms/verdict.ts';
import { DIGEST_ONLY, PLAIN_TREATMENT, type CompiledMatch, type CompiledPolicy, type CompiledRule, type CompiledTool, type ToolIndex } from './compiled.ts';
import { EFFECTS } from './effects.ts';
import type { Access, AgentPolicy, HttpMatch, Rule, Tool } from './model.ts';
import { parsePathPattern } from './paths.ts';
import { defaultPorts } from './ports.ts';
import { indexRules } from './rule-index.ts';

const DEFAULT_CAPTURE_LIMIT = 65_536;

const READ = ['GET', 'HEAD', 'OPTIONS'];

/** Methods of each access preset; absent: any. */
const ACCESS_METHODS: Readonly<Record<Access, readonly string[] | undefined>> = {
  'read-only': READ,
  'read-write': [...READ, 'POST', 'PUT', 'PATCH', 'DELETE'],
  full: undefined,
};

/** Precomputes every lookup of a policy that has been validated. */
export function compilePolicy(policy: AgentPolicy): CompiledPolicy {
  const reference = `${policy.metadata.namespace}/${policy.metadata.name}`;
  const tools = policy.spec.tools.map((tool) => [tool, compileTool(reference, tool)] as const);
  return { reference, source: policy, observes: policy.spec.mode === 'observe', tools: indexTools(tools) };
}

function compileTool(policy: string, tool: Tool): CompiledTool {
  const { name, http, access } = tool;
  const rules = tool.rules.flatMap((rule, position) => compileRule({ policy, tool: name, rule: rule.name ?? `rules[${position}]` }, rule));
  return {
    name,
    scheme: http.tls === 'off' ? 'http' : 'https',
    ports: http.ports ?? defaultPorts(http.tls),
    addresses: (http.addresses ?? []).flatMap((text) => parseRange(text) ?? []),
    denies: indexRules(rules.filter(({ effect }) => effect === 'deny'), 'loose'),
    holds: indexRules(rules.filter(({ effect }) => effect === 'hold'), 'loose'),
    allows: indexRules(rules.filter(({ effect }) => effect === 'allow'), 'strict'),
    access: indexRules(access === undefined ? [] : [accessRule({ policy, tool: name, rule: 'access' }, access)], 'strict'),
    capture: compileCapture(tool.capture),
    treatment: PLAIN_TREATMENT,
  };
}

function compileRule(reference: RuleReference, rule: Rule): CompiledRule[] {
  return EFFECTS.flatMap((effect) => {
    const match = rule[effect];
    return match === undefined ? [] : [{ reference, effect, match: compileMatch(match), ...(rule.reason !== undefined && { reason: rule.reason }) }];
  });
}

function compileMatch({ methods, paths }: HttpMatch): CompiledMatch {
  return {
    ...(methods !== undefined && { methods: new Set(methods) }),
    ...(paths !== undefined && { paths: paths.flatMap((text) => {
      const parsed = parsePathPattern(text);
      return parsed.ok ? [parsed.pattern] : [];
    }) }),
  };
}

function accessRule(reference: RuleReference, access: Access): CompiledRule {
  const methods = ACCESS_METHODS[access];
  return { reference, effect: 'allow', match: methods === undefined ? {} : { methods: new Set(methods) } };
}

function compileCapture(capture: Tool['capture']): Capture {
  if (capture === undefined || capture.payload === 'digest') return DIGEST_ONLY;
  return { payload: 'full', limit: capture.limit ?? DEFAULT_CAPTURE_LIMIT, redact: capture.redact ?? [] };
}

function indexTools(tools: readonly (readonly [Tool, CompiledTool])[]): ToolIndex {
  const index = { exact: new Map<string, CompiledTool[]>(), below: new Map<string, CompiledTool[]>() };
  for (const [{ http }, tool] of tools) {
    for (const text of http.hosts) {
      const parsed = parseHostPattern(text);
      if (!parsed.ok) continue;
      const { kind, host } = parsed.pattern;
      index[kind].set(host, [...(index[kind].get(host) ?? []), tool]);
    }
  }
  return index;
}
