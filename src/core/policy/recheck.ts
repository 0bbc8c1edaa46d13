import { shapeFindings } from './check-shape.ts';
import { conflicts } from './conflicts.ts';
import { EFFECTS } from './effects.ts';
import { misfits } from './misfits.ts';
import type { AgentPolicy, Match, Rule, Tool } from './model.ts';
import type { Finding, Path } from './problem.ts';
import { endpointOf } from './protocols.ts';
import { hostFault, literalFault, mediaTypeFault, memberPathFault, pathFault, rangeFault, rateFault, timeFault, urlFault, zoneFault, type TextFault } from './text-faults.ts';
import { WIRE_SHAPE } from './wire-shape.ts';

export type Rechecked = { readonly policy: AgentPolicy } | { readonly findings: readonly Finding[] };

/**
 * Reads a policy that somebody else has read already, as the link carries it: strictly, and without zod, YAML or the list of public
 * suffixes. Shapes, hosts, addresses, paths, members and ties are checked as the schema does. What is taken on trust from whoever signed the
 * policy: that a wildcard below several labels is not below a public suffix (`*.co.uk`; `*.com` is refused here too), and how
 * names and labels are spelt. A name is only shown, a label that no pod can have selects none.
 */
export function recheck(value: unknown): Rechecked {
  const shape = shapeFindings(value, WIRE_SHAPE);
  if (shape.length > 0) return { findings: shape };
  // Sound: a test holds WIRE_SHAPE equal to the schema that the type is inferred from.
  const policy = value as AgentPolicy;
  const tools = [...policy.spec.tools.entries()];
  const findings = [...tools.flatMap(([index, tool]) => toolFindings(tool, ['spec', 'tools', index])), ...conflicts(tools)];
  return findings.length > 0 ? { findings } : { policy };
}

function toolFindings(tool: Tool, path: Path): Finding[] {
  const { mcp, rules, capture } = tool;
  const { protocol, hosts, addresses } = endpointOf(tool);
  return [
    ...eachText(mcp === undefined ? [] : [mcp.url], [...path, 'mcp', 'url'], urlFault),
    ...eachText(hosts, [...path, protocol, 'hosts'], (text) => hostFault(text) ?? literalFault(text, addresses)),
    ...eachText(addresses, [...path, protocol, 'addresses'], rangeFault),
    ...eachText(capture?.redact ?? [], [...path, 'capture', 'redact'], memberPathFault),
    ...misfits(tool).map((finding) => ({ ...finding, path: [...path, ...finding.path] })),
    ...rules.flatMap((rule, index) => ruleFindings(rule, [...path, 'rules', index])),
    ...rules.flatMap((rule, index) => EFFECTS.flatMap((effect) => matchFindings(rule[effect], [...path, 'rules', index, effect]))),
  ];
}

function matchFindings(match: Match | undefined, path: Path): Finding[] {
  return [...eachText(match?.paths ?? [], [...path, 'paths'], pathFault), ...eachText(match?.types ?? [], [...path, 'types'], mediaTypeFault)];
}

function ruleFindings({ limit, hours = [] }: Rule, path: Path): Finding[] {
  return [
    ...(limit === undefined ? [] : faultAt([...path, 'limit'], rateFault(limit))),
    ...hours.flatMap(({ from, to, zone }, index) => [
      ...faultAt([...path, 'hours', index, 'from'], timeFault(from)),
      ...faultAt([...path, 'hours', index, 'to'], timeFault(to)),
      ...faultAt([...path, 'hours', index, 'zone'], zoneFault(zone)),
    ]),
  ];
}

const faultAt = (path: Path, fault: TextFault | undefined): Finding[] => (fault === undefined ? [] : [{ path, ...fault }]);

function eachText(texts: readonly string[], path: Path, check: (text: string) => TextFault | undefined): Finding[] {
  return texts.flatMap((text, index) => {
    const fault = check(text);
    return fault === undefined ? [] : [{ path: [...path, index], ...fault }];
  });
}
