import type { HttpAction, LlmProvider } from '../terms/action.ts';
import type { Subject } from '../terms/subject.ts';
import type { CompiledMatch, CompiledTool } from './compiled.ts';
import { needsBody } from './credential.ts';
import { resemblesPath, viewPath, type PathView } from './paths.ts';
import { candidates } from './rule-index.ts';
import { selects } from './selects.ts';
import { toolsFor, type Snapshot } from './snapshot.ts';

/** What has to be read of a call before it can be judged. */
export interface Needs {
  /** Most bytes of the body, whole and decoded. Over it the call is denied, unless `optional`. */
  readonly body: number;
  /** Whether only policies that observe want to see it: then a call whose body is too large or unreadable goes on without it. */
  readonly optional: boolean;
  /** What the body, and so `messages`, has to be read as. */
  readonly protocol: 'http' | 'mcp' | 'llm';
  /** Of `llm`. */
  readonly provider?: LlmProvider;
}

/**
 * Whether what may match this call by its head has to see more than the head; undefined: the head is enough. Rules that look into bodies cost
 * nothing where they cannot match.
 */
export function needs(snapshot: Snapshot | undefined, subject: Subject, action: HttpAction): Needs | undefined {
  if (snapshot === undefined || !snapshot.readsBodies) return undefined;
  const found: Needs[] = [];
  const { host, port, scheme } = action.authority;
  for (const policy of snapshot.compiled) {
    if (!policy.readsBodies || !selects(policy.source, subject)) continue;
    const tool = toolsFor(policy.tools, host).find(({ ports }) => ports.includes(port));
    if (tool === undefined || tool.scheme !== scheme || (tool.path !== undefined && tool.path !== action.path)) continue;
    const wanted = ofTool(tool, action, policy.observes);
    if (wanted !== undefined) found.push(wanted);
  }
  return found.length > 1 ? together(found) : found[0];
}

function ofTool(tool: CompiledTool, action: HttpAction, optional: boolean): Needs | undefined {
  const { protocol, inspect, treatment: { provider, credentials } } = tool;
  if (protocol === 'mcp') return { body: inspect, optional, protocol };
  if (protocol === 'llm') return { body: inspect, optional, protocol, ...(provider !== undefined && { provider }) };
  if (!tool.readsBodies) return undefined;
  if (credentials?.some(needsBody)) return { body: inspect, optional, protocol: 'http' };
  const path = viewPath(action.path);
  const wanted = [tool.denies, tool.holds, tool.allows].some((index) => candidates(index, path).some(({ match }) => looks(match, path)));
  return wanted ? { body: inspect, optional, protocol: 'http' } : undefined;
}

/** Loosely, since it only costs a look too many; the method is not asked, because a header may ask for another one. */
const looks = ({ paths, tests }: CompiledMatch, path: PathView): boolean =>
  tests.some(({ body }) => body) && (paths === undefined || paths.some((pattern) => resemblesPath(pattern, path)));

/** The least that one of them will have; a protocol before none, which needs no reading of its own. */
function together(found: readonly Needs[]): Needs {
  const enforced = found.filter(({ optional }) => !optional);
  const asking = enforced.length > 0 ? enforced : found;
  const { protocol, provider } = asking.find((each) => each.protocol !== 'http') ?? found.find((each) => each.protocol !== 'http') ?? { protocol: 'http' as const, provider: undefined };
  return { body: Math.min(...asking.map(({ body }) => body)), optional: enforced.length === 0, protocol, ...(provider !== undefined && { provider }) };
}
