import { shapeFindings } from './check-shape.ts';
import { conflicts } from './conflicts.ts';
import { EFFECTS } from './effects.ts';
import type { AgentPolicy, HttpMatch, Tool } from './model.ts';
import type { Finding, Path } from './problem.ts';
import { hostFault, literalFault, memberPathFault, pathFault, rangeFault, type TextFault } from './text-faults.ts';
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

function toolFindings({ http, rules, capture }: Tool, path: Path): Finding[] {
  const { hosts, addresses = [] } = http;
  return [
    ...eachText(hosts, [...path, 'http', 'hosts'], (text) => hostFault(text) ?? literalFault(text, addresses)),
    ...eachText(addresses, [...path, 'http', 'addresses'], rangeFault),
    ...eachText(capture?.redact ?? [], [...path, 'capture', 'redact'], memberPathFault),
    ...rules.flatMap((rule, index) => EFFECTS.flatMap((effect) => matchFindings(rule[effect], [...path, 'rules', index, effect]))),
  ];
}

const matchFindings = (match: HttpMatch | undefined, path: Path): Finding[] => eachText(match?.paths ?? [], [...path, 'paths'], pathFault);

function eachText(texts: readonly string[], path: Path, check: (text: string) => TextFault | undefined): Finding[] {
  return texts.flatMap((text, index) => {
    const fault = check(text);
    return fault === undefined ? [] : [{ path: [...path, index], ...fault }];
  });
}
