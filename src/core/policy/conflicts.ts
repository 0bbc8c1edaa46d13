import { parseHostPattern } from '../address/pattern.ts';
import { defaultPorts } from './ports.ts';
import type { Finding } from './problem.ts';
import { tool as toolSchema } from './schema/agent-policy.ts';
import type { Tool } from './model.ts';

/**
 * What is wrong with a policy's tools taken together: two of one name, two rules of one name, and two tools that a call could
 * go to with equal right. Tools that are wrong by themselves are passed over, so that it can be asked of any value.
 */
export function conflicts(policy: unknown): Finding[] {
  const tools = readableTools(policy);
  return [...sameNames(tools), ...tools.flatMap(([index, tool]) => sameRuleNames(index, tool)), ...ties(tools)];
}

type Numbered = readonly [index: number, tool: Tool];

function readableTools(policy: unknown): Numbered[] {
  const tools = member(member(policy, 'spec'), 'tools');
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((each: unknown, index) => {
    const read = toolSchema.safeParse(each);
    return read.success ? [[index, read.data] as const] : [];
  });
}

function sameNames(tools: readonly Numbered[]): Finding[] {
  const first = new Map<string, number>();
  return tools.flatMap(([index, { name }]) => {
    const earlier = first.get(name);
    if (earlier !== undefined) return [{ path: ['spec', 'tools', index, 'name'], message: `tools[${earlier}] is named "${name}" as well` }];
    first.set(name, index);
    return [];
  });
}

function sameRuleNames(index: number, { rules }: Tool): Finding[] {
  const seen = new Set<string>();
  return rules.flatMap(({ name }, position) => {
    if (name === undefined) return [];
    if (seen.has(name)) return [{ path: ['spec', 'tools', index, 'rules', position, 'name'], message: `another rule of the tool is named "${name}" as well` }];
    seen.add(name);
    return [];
  });
}

function ties(tools: readonly Numbered[]): Finding[] {
  const taken = new Map<string, string>();
  return tools.flatMap(([index, { name, http }]) => http.hosts.flatMap((text, position) => {
    const parsed = parseHostPattern(text);
    if (!parsed.ok) return [];
    const places = (http.ports ?? defaultPorts(http.tls)).map((port) => `${parsed.pattern.text}:${port}`);
    const tied = places.find((place) => taken.has(place));
    for (const place of places) taken.set(place, name);
    if (tied === undefined) return [];
    return [{ path: ['spec', 'tools', index, 'http', 'hosts', position], message: `${tied} is listed by tool "${taken.get(tied)}" already`, expected: 'one tool for each host and port' }];
  }));
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
