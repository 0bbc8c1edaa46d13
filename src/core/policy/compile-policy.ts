import { parseHostPattern } from '../address/pattern.ts';
import { parseRange } from '../address/range.ts';
import type { CallLimit, Capture, ToolProtocol, Treatment } from '../terms/permit.ts';
import type { RuleReference } from '../terms/verdict.ts';
import { DIGEST_ONLY, PLAIN_TREATMENT, type CompiledMatch, type CompiledPolicy, type CompiledRule, type CompiledTool, type ToolIndex } from './compiled.ts';
import { compileCredential, needsBody } from './credential.ts';
import { EFFECTS, type Effect } from './effects.ts';
import { messageTests } from './matchers/message-tests.ts';
import { compileTests, type Test } from './matchers/tests.ts';
import { variablesFor } from './misfits.ts';
import type { Access, AgentPolicy, Match, Rule, Tool } from './model.ts';
import { parsePathPattern } from './paths.ts';
import { endpointOf, type Endpoint } from './protocols.ts';
import { indexRules } from './rule-index.ts';
import { parseRate } from './text-faults.ts';

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
  return { reference, source: policy, observes: policy.spec.mode === 'observe', tools: indexTools(tools), readsBodies: tools.some(([, { readsBodies }]) => readsBodies) };
}

const DEFAULT_INSPECT = 1024 * 1024;

function compileTool(policy: string, tool: Tool): CompiledTool {
  const { name, limits } = tool;
  const endpoint = endpointOf(tool);
  const { protocol, opaque, path, websocket, scheme, ports } = endpoint;
  const rules = tool.rules.flatMap((rule, position) => compileRule({ policy, tool: name, rule: rule.name ?? `rules[${position}]` }, rule, endpoint));
  const of = (effect: Effect): readonly CompiledRule[] => rules.filter((rule) => rule.effect === effect && !rule.strip);
  const limit: CallLimit = { key: `${policy} ${name}`, name: `tool ${name} in ${policy}`, ...(limits?.bytesPerDay !== undefined && { bytesPerDay: limits.bytesPerDay }) };
  return {
    name,
    names: [name],
    protocol,
    opaque,
    ...(path !== undefined && { path }),
    websocket,
    scheme,
    ports,
    addresses: endpoint.addresses.flatMap((text) => parseRange(text) ?? []),
    denies: indexRules([...of('deny'), ...ceiling(policy, tool)], 'loose'),
    holds: indexRules(of('hold'), 'loose'),
    allows: indexRules(of('allow'), 'strict'),
    messageAllows: indexRules(of('allow').filter(({ ofMessages }) => ofMessages), 'strict'),
    strips: rules.filter(({ strip }) => strip),
    access: indexRules(presets(policy, tool), 'strict'),
    capture: compileCapture(tool.capture),
    treatment: compileTreatment(tool, protocol),
    inspect: limits?.inspect ?? DEFAULT_INSPECT,
    readsBodies: protocol === 'mcp' || protocol === 'llm' || (tool.credential !== undefined && needsBody(tool.credential)) || rules.some(({ match }) => match.tests.some(({ body }) => body)),
    limits: limits?.bytesPerDay === undefined ? [] : [limit],
  };
}

function compileRule(reference: RuleReference, rule: Rule, endpoint: Endpoint): CompiledRule[] {
  return EFFECTS.flatMap((effect) => {
    const match = rule[effect];
    if (match === undefined) return [];
    return [{
      reference,
      effect,
      match: compileMatch(rule, match, effect, endpoint),
      strip: rule.strip === true,
      ofMessages: match.messages !== undefined,
      limits: ruleLimits(reference, rule),
      ...(rule.reason !== undefined && { reason: rule.reason }),
    }];
  });
}

function compileMatch(rule: Rule, match: Match, effect: Effect, endpoint: Endpoint): CompiledMatch {
  const { methods, paths, ...others } = match;
  const http = endpoint.protocol === 'http';
  return {
    ...(http && methods !== undefined && { methods: new Set(methods) }),
    ...(paths !== undefined && { paths: paths.flatMap((text) => {
      const parsed = parsePathPattern(text);
      return parsed.ok ? [parsed.pattern] : [];
    }) }),
    tests: compileTests(rule, http ? others : match, effect === 'allow', variablesFor(endpoint, match.messages !== undefined)),
  };
}

function ruleLimits({ policy, tool, rule: name }: RuleReference, { limit, concurrency }: Rule): readonly CallLimit[] {
  const rate = limit === undefined ? undefined : parseRate(limit);
  if (rate === undefined && concurrency === undefined) return [];
  return [{ key: `${policy} ${tool} ${name}`, name: `rule ${name} of tool ${tool} in ${policy}`, ...(rate && { rate }), ...(concurrency !== undefined && { concurrency }) }];
}

/** What stands in the tool itself and allows calls as a rule would. */
function presets(policy: string, { name, access, llm }: Tool): CompiledRule[] {
  const models = llm?.models;
  return [
    ...(access === undefined ? [] : [preset({ policy, tool: name, rule: 'access' }, 'allow', { methods: ACCESS_METHODS[access] }, [])]),
    ...(models === undefined ? [] : [preset({ policy, tool: name, rule: 'models' }, 'allow', {}, messageTests({ models: [...models] }, true))]),
  ];
}

/** The ceiling of tokens, as a rule that denies what is above it. */
function ceiling(policy: string, { name, llm }: Tool): CompiledRule[] {
  const most = llm?.maxTokens;
  if (most === undefined) return [];
  const [within] = messageTests({ maxTokens: most }, true);
  const above: Test = { body: true, holds: (call) => call.message?.kind === 'llm' && within?.holds(call) !== true };
  return [{ ...preset({ policy, tool: name, rule: 'max-tokens' }, 'deny', {}, [above]), reason: `a request has to say that it wants at most ${most} tokens` }];
}

function preset(reference: RuleReference, effect: Effect, { methods }: { readonly methods?: readonly string[] | undefined }, tests: readonly Test[]): CompiledRule {
  return { reference, effect, match: { ...(methods !== undefined && { methods: new Set(methods) }), tests }, strip: false, ofMessages: false, limits: [] };
}

function compileTreatment({ http, llm, mcp, limits, credential }: Tool, protocol: ToolProtocol): Treatment {
  return {
    ...PLAIN_TREATMENT,
    protocol,
    http2: http?.http2 === true || protocol === 'grpc',
    ...(llm !== undefined && { provider: llm.provider }),
    ...(mcp !== undefined && { changed: mcp.changed ?? 'deny' }),
    ...(limits?.upload !== undefined && { upload: limits.upload }),
    ...(limits?.download !== undefined && { download: limits.download }),
    ...(credential !== undefined && { credentials: [compileCredential(credential)] }),
  };
}

function compileCapture(capture: Tool['capture']): Capture {
  if (capture === undefined || capture.payload === 'digest') return DIGEST_ONLY;
  return { payload: 'full', limit: capture.limit ?? DEFAULT_CAPTURE_LIMIT, redact: capture.redact ?? [] };
}

function indexTools(tools: readonly (readonly [Tool, CompiledTool])[]): ToolIndex {
  const index = { exact: new Map<string, CompiledTool[]>(), below: new Map<string, CompiledTool[]>() };
  for (const [written, tool] of tools) {
    for (const text of endpointOf(written).hosts) {
      const parsed = parseHostPattern(text);
      if (!parsed.ok) continue;
      const { kind, host } = parsed.pattern;
      index[kind].set(host, [...(index[kind].get(host) ?? []), tool]);
    }
  }
  return index;
}
