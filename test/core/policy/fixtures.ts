import * as fc from 'fast-check';
import { compile } from '../../../src/core/policy/compile.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { formatProblem } from '../../../src/core/policy/problem.ts';
import type { Snapshot } from '../../../src/core/policy/snapshot.ts';
import type { Headers, HttpAction } from '../../../src/core/terms/action.ts';
import type { Scheme } from '../../../src/core/terms/authority.ts';
import { host } from '../address/hosts.ts';

/** Policies that must be well written, compiled. */
export function snapshotOf(texts: readonly string[], options: { generation?: number; validUntil?: number } = {}): Snapshot {
  const { policies, problems } = parsePolicies(texts.map((text, index) => ({ file: `${index}.yaml`, text })));
  if (problems.length > 0) throw new Error(problems.map(formatProblem).join('\n'));
  const compiled = compile(policies, { generation: 1, ...options });
  if ('problems' in compiled) throw new Error(compiled.problems.map(formatProblem).join('\n'));
  return compiled.snapshot;
}

/** A policy of namespace `agents`; `spec` is the inside of its `spec` in YAML flow style. */
export function policy(spec: string, name = 'triage', namespace = 'agents'): string {
  return `apiVersion: sallyport.dev/v1alpha1\nkind: AgentPolicy\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: {${spec}}\n`;
}

/** A policy with one tool, `api`, called by `api.example.com`. */
export function apiPolicy(tool: string, name = 'triage', mode: 'enforce' | 'observe' = 'enforce'): string {
  return policy(`mode: ${mode}, tools: [{name: api, http: {hosts: [api.example.com]}, ${tool}}]`, name);
}

/** `GET https://api.example.com/a` as an action; everything in the URL must be in its normal form. */
export function call(text: string, headers: Headers = []): HttpAction {
  const [, method = '', scheme = '', name = '', port, path = ''] = /^(\S+) (https?):\/\/([^:/]+)(?::(\d+))?(\/.*)$/.exec(text) ?? [];
  const authority = { scheme: scheme as Scheme, host: host(name), port: Number(port ?? (scheme === 'https' ? 443 : 80)) };
  return { kind: 'http', authority, method, path, query: '', headers };
}

export const AGENT = { namespace: 'agents', agent: 'triage' };

/** Calls to any of a few hosts, by any method, on any of a few paths. */
export function calls(): fc.Arbitrary<HttpAction> {
  return fc.record({
    method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'get', 'PURGE'),
    // Several times what leads on to the rules: a call that is refused before them tells little.
    scheme: fc.constantFrom('https', 'https', 'https', 'http'),
    host: fc.constantFrom('api.example.com', 'api.example.com', 'api.example.com', 'www.example.com', 'example.com', 'x.api.example.com', '192.0.2.1'),
    port: fc.constantFrom('', '', '', ':443', ':80', ':8443'),
    path: fc.constantFrom('/', '/a', '/a/', '/A', '/a;x', '/a/b', '/a/b/c', '/b'),
  }).map(({ method, scheme, host: name, port, path }) => call(`${method} ${scheme}://${name}${port}${path}`));
}

/** Specs of policies, in flow style, that list the hosts of `calls` in all manner of ways. */
export function specs(): fc.Arbitrary<string> {
  const match = fc.tuple(list(['GET', 'POST', 'DELETE']), list(['/a', '/a/*', '/**', '/b'])).map(([methods, paths]) => `{methods: ${methods}, paths: ${paths}}`);
  const rule = fc.tuple(fc.constantFrom('allow', 'deny', 'hold'), match).map(([effect, matcher]) => `{${effect}: ${matcher}}`);
  return fc.record({
    mode: fc.constantFrom('enforce', 'observe'),
    hosts: list(['api.example.com', '"*.example.com"']),
    access: fc.constantFrom('', 'access: read-only, ', 'access: full, '),
    rules: fc.array(rule, { maxLength: 4 }),
  }).map(({ mode, hosts, access, rules }) => `mode: ${mode}, tools: [{name: t, http: {hosts: ${hosts}}, ${access}rules: [${rules.join(', ')}]}]`);
}

const list = (items: readonly string[]): fc.Arbitrary<string> => fc.subarray([...items]).map((some) => `[${some.join(', ')}]`);
