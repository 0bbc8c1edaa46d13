import { parseHostPattern } from '../address/pattern.ts';
import type { Tool } from './model.ts';
import type { Finding } from './problem.ts';
import { endpointOf } from './protocols.ts';

/** A tool and its place in the policy. */
export type Numbered = readonly [index: number, tool: Tool];

/** What is wrong with a policy's tools taken together: two of one name, two rules of one name, and two tools that a call could go to with equal right. */
export function conflicts(tools: readonly Numbered[]): Finding[] {
  return [...sameNames(tools), ...tools.flatMap(([index, tool]) => sameRuleNames(index, tool)), ...ties(tools)];
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
  const owners = new Map<string, string>();
  return tools.flatMap(([index, tool]) => {
    const { name } = tool;
    const { protocol, hosts, ports } = endpointOf(tool);
    return hosts.flatMap((text, position) => {
    const parsed = parseHostPattern(text);
    if (!parsed.ok) return [];
    const places = ports.map((port) => `${parsed.pattern.text}:${port}`);
    const tied = places.find((place) => owners.has(place));
    const message = `${tied} is listed by tool "${owners.get(tied ?? '')}" already`;
    for (const place of places) owners.set(place, name);
    return tied === undefined ? [] : [{ path: ['spec', 'tools', index, protocol, ...(protocol === 'mcp' ? ['url'] : ['hosts', position])], message, expected: 'one tool for each host and port' }];
    });
  });
}
