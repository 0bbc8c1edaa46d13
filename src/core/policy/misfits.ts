import { VARIABLES } from './conditions/bind.ts';
import { readCondition } from './conditions/condition.ts';
import type { Variables } from './conditions/names.ts';
import { schemaFault } from './conditions/json-schema.ts';
import { EFFECTS, type Effect } from './effects.ts';
import { MATCHERS, MATCHERS_OF, type Matcher } from './matchers/kinds.ts';
import { METHODS } from './methods.ts';
import type { Match, Rule, Tool } from './model.ts';
import { nearest } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import { endpointOf, protocolsOf, type Endpoint } from './protocols.ts';

/**
 * What a tool says that its protocol cannot enforce: rules about what is not there or not read. Each is refused where the policy is
 * loaded, because whoever wrote it counts on it.
 */
export function misfits(tool: Tool): Finding[] {
  if (protocolsOf(tool).length !== 1) return [];
  const endpoint = endpointOf(tool);
  return [
    ...toolMisfits(tool, endpoint),
    ...credentialMisfits(tool.credential, endpoint),
    ...tool.rules.flatMap((rule, index) => ruleMisfits(rule, endpoint, ['rules', index])),
  ];
}

function toolMisfits({ http, access, limits, capture }: Tool, { protocol, opaque }: Endpoint): Finding[] {
  const name = nameOf(protocol, opaque);
  return those([
    [access !== undefined && access !== 'full' && (protocol !== 'http' || opaque), finding(['access'], `${name} has no methods by which ${access} could be told`, 'access: full, or none')],
    [opaque && limits?.inspect !== undefined, finding(['limits', 'inspect'], `${name} is not read`)],
    [opaque && capture?.payload === 'full', finding(['capture', 'payload'], `${name} is not read, so nothing of it can be kept`, 'payload: digest')],
    [http?.http2 === true && http.tls !== 'intercept', finding(['http', 'http2'], 'HTTP/2 is spoken over TLS that the proxy opens', 'tls: intercept')],
    [http?.websocket === true && opaque, finding(['http', 'websocket'], `${name} is not read`, 'tls: intercept or off')],
  ]);
}

function credentialMisfits(credential: Tool['credential'], { protocol, opaque }: Endpoint): Finding[] {
  if (credential === undefined) return [];
  const name = nameOf(protocol, opaque);
  return those([
    [opaque, finding(['credential'], `${name} is not read, so nothing can be set in it`, 'a tool that is read')],
    [credential.aws !== undefined && protocol === 'grpc', finding(['credential', 'aws'], 'calls of gRPC are not signed', 'header and value')],
    [credential.in === 'body' && (protocol === 'grpc' || protocol === 'mcp'), finding(['credential', 'in'], `bodies of ${name} carry no credential`, 'in: header')],
  ]);
}

function ruleMisfits(rule: Rule, endpoint: Endpoint, path: Path): Finding[] {
  const { protocol, opaque } = endpoint;
  if (opaque) return [finding(path, `${nameOf(protocol, opaque)} is not read, so no rule can be enforced on it`, 'access: full, and the host and port')];
  return [
    ...EFFECTS.flatMap((effect) => matchMisfits(rule[effect], effect, endpoint, [...path, effect])),
    ...memberMisfits(rule, endpoint, path),
    ...whenFinding(rule, endpoint, path),
    ...(rule.body?.schema === undefined ? [] : faultFinding([...path, 'body', 'schema'], schemaFault(rule.body.schema))),
  ];
}

function matchMisfits(match: Match | undefined, effect: Effect, { protocol, websocket }: Endpoint, path: Path): Finding[] {
  if (match === undefined) return [];
  const known = MATCHERS_OF[protocol].filter((matcher) => matcher !== 'messages' || websocket);
  const strange = MATCHERS.filter((matcher) => match[matcher] !== undefined && !known.includes(matcher));
  return [
    ...strange.map((matcher) => finding([...path, matcher], unread(matcher, protocol), `one of ${known.join(', ')}`)),
    ...(effect !== 'allow' && match.maxTokens !== undefined ? [finding([...path, 'maxTokens'], `${effect} would match the requests that stay below it`, 'maxTokens in an allow rule, or of the tool')] : []),
    ...(protocol === 'http' ? methodFindings(match.methods ?? [], [...path, 'methods']) : []),
    ...Object.keys(match.headers ?? {}).filter((name) => name !== name.toLowerCase()).map((name) => finding([...path, 'headers'], `${JSON.stringify(name)} is not in lower case`, 'the name in lower case', name.toLowerCase())),
  ];
}

const unread = (matcher: Matcher, protocol: Endpoint['protocol']): string =>
  matcher === 'messages' && protocol === 'http' ? 'the tool does not let calls change to WebSocket' : `calls of an ${protocol} tool have no ${matcher === 'maxTokens' ? 'maxTokens' : matcher} to match on`;

function methodFindings(methods: readonly string[], path: Path): Finding[] {
  return methods.flatMap((method, index) => (METHODS.some((known) => known === method)
    ? [] : [finding([...path, index], `is ${JSON.stringify(method)}`, `one of ${METHODS.slice(0, 8).join(', ')}, ...`, nearest(method, METHODS))]));
}

function memberMisfits({ allow, deny, body, strip, limit, concurrency }: Rule, { protocol }: Endpoint, path: Path): Finding[] {
  return those([
    [body !== undefined && protocol !== 'http', finding([...path, 'body'], `bodies of an ${protocol} tool are judged by its own matchers`)],
    [body !== undefined && body.size === undefined && body.schema === undefined, finding([...path, 'body'], 'says nothing of the body', 'size, schema, or both')],
    [body?.size !== undefined && allow === undefined, finding([...path, 'body', 'size'], 'would match the bodies that stay below it', 'when: request.size > BYTES')],
    [strip === true && (protocol !== 'llm' || deny?.tools === undefined), finding([...path, 'strip'], 'there are no offered tools to take out', 'strip in a deny rule with tools, of an llm tool')],
    [limit !== undefined && allow === undefined, finding([...path, 'limit'], 'limits calls that are not allowed', 'limit in an allow rule')],
    [concurrency !== undefined && allow === undefined, finding([...path, 'concurrency'], 'limits calls that are not allowed', 'concurrency in an allow rule')],
  ]);
}

function whenFinding({ when, allow, deny, hold }: Rule, endpoint: Endpoint, path: Path): Finding[] {
  if (when === undefined) return [];
  const read = readCondition(when, variablesFor(endpoint, (allow ?? deny ?? hold)?.messages !== undefined));
  return 'fault' in read ? faultFinding([...path, 'when'], read.fault) : [];
}

/** What a condition on calls of a tool may name. */
export function variablesFor({ protocol }: Endpoint, ofMessages: boolean): Variables {
  if (protocol === 'tcp') return {};
  return VARIABLES[ofMessages ? 'websocket' : protocol];
}

type Suspicion = readonly [wrong: boolean, finding: Finding];

const those = (suspicions: readonly Suspicion[]): Finding[] => suspicions.filter(([wrong]) => wrong).map(([, found]) => found);

const nameOf = (protocol: Endpoint['protocol'], opaque: boolean): string => (opaque && protocol === 'http' ? 'a tunnel' : `an ${protocol} tool`);

const faultFinding = (path: Path, fault: Omit<Finding, 'path'> | undefined): Finding[] => (fault === undefined ? [] : [{ path, ...fault }]);

const finding = (path: Path, message: string, expected?: string, close?: string): Finding => ({ path, message, expected, nearest: close });
