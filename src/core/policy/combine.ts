import type { AddressRange } from '../terms/authority.ts';
import type { CallLimit, Capture, CredentialReference, Treatment } from '../terms/permit.ts';
import { DIGEST_ONLY, PLAIN_TREATMENT, type CompiledTool } from './compiled.ts';
import type { Opinion } from './judge.ts';

/** How near a call came to being allowed by a policy that says nothing of it; the nearest is the most useful to be told. */
const NEARNESS = ['host-not-listed', 'port-not-listed', 'scheme-not-listed', 'upgrade-refused', 'no-rule-matched', 'condition-failed'];

/** Of the opinions on one call the one that counts: allows add up, denies and holds win, and silence allows nothing. Undefined for no opinions. */
export function prevailing(opinions: readonly Opinion[]): Opinion | undefined {
  return first(opinions, 'deny') ?? first(opinions, 'hold') ?? first(opinions, 'allow') ?? nearestMiss(opinions);
}

/** The non-public addresses that the allowing tools list, all together: each of them allows the call by itself. */
export function addressesOf(tools: readonly CompiledTool[]): readonly AddressRange[] {
  return tools.length === 1 ? (tools[0]?.addresses ?? []) : tools.flatMap(({ addresses }) => addresses);
}

/** The most that any of the allowing tools wants kept, with the least shown. */
export function captureOf(tools: readonly CompiledTool[]): Capture {
  if (tools.length === 1) return tools[0]?.capture ?? DIGEST_ONLY;
  const wanted = tools.map(({ capture }) => capture).filter(({ payload }) => payload === 'full');
  const [only, ...others] = wanted;
  if (only === undefined) return DIGEST_ONLY;
  if (others.length === 0) return only;
  return { payload: 'full', limit: Math.max(...wanted.map(({ limit }) => limit)), redact: [...new Set(wanted.flatMap(({ redact }) => redact))] };
}

/** What the allowing tools say of the call, the strictest of each: a call that one of them has cut short is cut short. */
export function treatmentOf(tools: readonly CompiledTool[], opinions: readonly Opinion[]): Treatment {
  const strip = opinions.flatMap((opinion) => ('strip' in opinion ? opinion.strip ?? [] : []));
  const [first, ...others] = tools;
  if (first === undefined) return PLAIN_TREATMENT;
  const alone = others.length === 0 && strip.length === 0;
  if (alone && first.treatment.credentials === undefined) return first.treatment;
  const credentials = credentialsOf(opinions);
  if (alone && credentials.length > 0) return first.treatment;
  // One that reads more than HTTP tells the data path more.
  const { treatment: { credentials: _, ...treatment } } = tools.find(({ protocol }) => protocol !== 'http') ?? first;
  const upload = least(tools.map((tool) => tool.treatment.upload));
  const changed = (['deny', 'hold', 'allow'] as const).find((way) => tools.some((tool) => tool.treatment.changed === way));
  const download = least(tools.map((tool) => tool.treatment.download));
  return {
    ...treatment,
    http2: tools.every((tool) => tool.treatment.http2),
    strip: [...new Set(strip)],
    ...(changed !== undefined && { changed }),
    ...(upload !== undefined && { upload }),
    ...(download !== undefined && { download }),
    ...(credentials.length > 0 && { credentials }),
  };
}

/** Only of tools that allow the call themselves: one that lets pass what it would refuse, because its policy observes, lends nothing for it. */
function credentialsOf(opinions: readonly Opinion[]): readonly CredentialReference[] {
  return opinions.flatMap((opinion) => (opinion.kind === 'allow' ? opinion.tool.treatment.credentials ?? [] : []));
}

/** Of all that let the call pass, rules and tools: whoever sets a limit means all calls that it allows. A policy that only observes limits nothing. */
export function limitsOf(opinions: readonly Opinion[]): readonly CallLimit[] {
  const limits: CallLimit[] = [];
  for (const opinion of opinions) {
    if (opinion.kind !== 'allow' || opinion.policy.observes) continue;
    if ('rule' in opinion) limits.push(...opinion.rule.limits);
    limits.push(...opinion.tool.limits);
  }
  return limits.length === 0 ? UNLIMITED : limits;
}

export function namesOf(tools: readonly CompiledTool[]): readonly string[] {
  return tools.length === 1 ? (tools[0]?.names ?? []) : tools.map(({ name }) => name);
}

const UNLIMITED: readonly CallLimit[] = Object.freeze([]);

function least(values: readonly (number | undefined)[]): number | undefined {
  const set = values.filter((value) => value !== undefined);
  return set.length === 0 ? undefined : Math.min(...set);
}

const first = (opinions: readonly Opinion[], kind: Opinion['kind']): Opinion | undefined => opinions.find((opinion) => opinion.kind === kind);

/** The tools that allow the call; where it passes unallowed (observe mode), the tools that it went to. */
export function toolsOf(opinions: readonly Opinion[]): readonly CompiledTool[] {
  const someAllow = opinions.some(({ kind }) => kind === 'allow');
  const tools: CompiledTool[] = [];
  for (const opinion of opinions) {
    if (opinion.reason !== 'host-not-listed' && (!someAllow || opinion.kind === 'allow')) tools.push(opinion.tool);
  }
  return tools;
}

function nearestMiss(opinions: readonly Opinion[]): Opinion | undefined {
  return opinions.reduce<Opinion | undefined>((best, each) => (best === undefined || NEARNESS.indexOf(each.reason) > NEARNESS.indexOf(best.reason) ? each : best), undefined);
}
