import { quoted } from '../terms/quote.ts';
import { conflicts, type Numbered } from './conflicts.ts';
import { EFFECTS } from './effects.ts';
import type { Exemption } from './exemption.ts';
import { findings } from './findings.ts';
import { JSON_SCHEMAS, KINDS } from './json-schema.ts';
import type { AgentPolicy } from './model.ts';
import { nearest } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import type { SandboxProfile } from './profile.ts';
import { agentPolicy, tool } from './schema/agent-policy.ts';
import { exemption } from './schema/exemption.ts';
import { sandboxProfile } from './schema/sandbox-profile.ts';

export type ReadObject =
  | { readonly policy: AgentPolicy }
  | { readonly profile: SandboxProfile }
  | { readonly exemption: Exemption }
  | { readonly findings: readonly Finding[] };

/** Why a key that is not known is no trifle: whoever wrote it counts on it. Nothing in the metadata is enforced. */
const unenforced = (path: Path): string => (path[0] === 'metadata' ? '' : ', which this version cannot enforce');

/** Reads one object of any kind of ours from a value that JSON could hold; every finding at once. */
export function readObject(value: unknown): ReadObject {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (kind === 'AgentPolicy') return readPolicy(value);
  if (kind === 'SandboxProfile') return readProfile(value);
  if (kind === 'Exemption') return readExemption(value);
  return { findings: [unknownKind(value, kind)] };
}

function readPolicy(value: unknown): ReadObject {
  const read = agentPolicy.safeParse(value);
  const found = [...hiddenLabel(value), ...hiddenNames(value), ...(read.success ? [] : findings(read.error.issues, value, JSON_SCHEMAS.AgentPolicy, unenforced)), ...conflicts(readableTools(value))];
  return read.success && found.length === 0 ? { policy: read.data } : { findings: found };
}

/** The tools that are fine by themselves, so that conflicts among them show at once with what is wrong with the others. */
function readableTools(policy: unknown): Numbered[] {
  const tools = member(member(policy, 'spec'), 'tools');
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((each: unknown, index) => {
    const read = tool.safeParse(each);
    return read.success ? [[index, read.data] as const] : [];
  });
}

/** The schema's library drops this one key of a mapping without a word, and so would widen what is selected by it. */
function hiddenLabel(policy: unknown): Finding[] {
  return selectsByHiddenLabel(policy) ? [{ path: ['spec', 'agents', 'matchLabels'], key: '__proto__', message: 'the key is "__proto__"', expected: 'the name of a Kubernetes label' }] : [];
}

/** The same of header fields, parameters and schemas, where what is dropped would narrow a rule. */
function hiddenNames(policy: unknown): Finding[] {
  return entriesOf(member(member(policy, 'spec'), 'tools')).flatMap(([index, each]) => entriesOf(member(each, 'rules')).flatMap(([position, rule]) => {
    const maps = [...EFFECTS.flatMap((effect) => [[effect, 'headers'], [effect, 'query']]), ['body', 'schema']];
    return maps.filter((steps) => ownsProto(steps.reduce<unknown>(member, rule))).map((steps): Finding => (
      { path: ['spec', 'tools', index, 'rules', position, ...steps], key: '__proto__', message: 'the key is "__proto__"', expected: 'another name' }));
  }));
}

const entriesOf = (list: unknown): [number, unknown][] => (Array.isArray(list) ? [...list.entries()] : []);

const ownsProto = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__');

export function selectsByHiddenLabel(policy: unknown): boolean {
  const labels = member(member(member(policy, 'spec'), 'agents'), 'matchLabels');
  return typeof labels === 'object' && labels !== null && Object.hasOwn(labels, '__proto__');
}

export function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

function readProfile(value: unknown): ReadObject {
  const read = sandboxProfile.safeParse(value);
  if (read.success) return { profile: read.data };
  return { findings: findings(read.error.issues, value, JSON_SCHEMAS.SandboxProfile, (path, key) => (path[0] === 'metadata' && key === 'namespace' ? ': a SandboxProfile is for the whole cluster' : unenforced(path))) };
}

function readExemption(value: unknown): ReadObject {
  const read = exemption.safeParse(value);
  return read.success ? { exemption: read.data } : { findings: findings(read.error.issues, value, JSON_SCHEMAS.Exemption, unenforced) };
}

function unknownKind(value: unknown, kind: unknown): Finding {
  const expected = `one of ${KINDS.join(', ')}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { path: [], message: 'is not a mapping', expected: 'a mapping with apiVersion, kind, metadata and spec' };
  if (typeof kind !== 'string') return { path: ['kind'], message: kind === undefined ? 'is missing' : 'is not text', expected };
  return { path: ['kind'], message: `is ${quoted(kind)}`, expected, nearest: nearest(kind, KINDS) };
}
