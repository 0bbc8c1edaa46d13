import type { CelInput } from '@bufbuild/cel';
import type { CallView } from '../call-view.ts';
import { timestamp } from './library.ts';
import type { Reads, Variables } from './names.ts';
import { celValue, Untold } from './values.ts';

const REQUEST = ['method', 'host', 'port', 'path', 'query', 'headers', 'json', 'size'];
const OF_EVERY_CALL: Variables = {
  request: REQUEST,
  agent: ['name', 'namespace', 'serviceAccount'],
  now: 'open',
  run: 'open',
};

/** What conditions on the calls of a tool may name. */
export const VARIABLES = {
  http: OF_EVERY_CALL,
  websocket: { ...OF_EVERY_CALL, message: ['type', 'text', 'size', 'direction'] },
  llm: OF_EVERY_CALL,
  mcp: { ...OF_EVERY_CALL, args: 'open' },
  grpc: { ...OF_EVERY_CALL, request: REQUEST.filter((each) => each !== 'json' && each !== 'size') },
} satisfies Readonly<Record<string, Variables>>;

/** Whether it takes the request's body to tell. */
export const readsBody = ({ places }: Reads): boolean => places.has('request.json') || places.has('request.size');

/** Gives a condition what it reads, and nothing else. @throws Untold where something of that cannot be said */
export function bind(call: CallView, reads: Reads): Record<string, CelInput> {
  const { places } = reads;
  return {
    ...(places.has('request') && { request: request(call, reads) }),
    ...(places.has('agent') && { agent: agent(call) }),
    ...(places.has('now') && { now: timestamp(call.now) }),
    ...(places.has('run') && { run: new Map() }),
    ...(places.has('args') && { args: args(call) }),
    ...(places.has('message') && { message: message(call) }),
  };
}

function request(call: CallView, { places, headers, query }: Reads): CelInput {
  const { method, path, authority: { host, port } } = call.action;
  const members = new Map<string, CelInput>([['method', method], ['path', path], ['host', host], ['port', BigInt(port)]]);
  if (places.has('request.headers')) members.set('headers', single(call.headers, headers, 'header'));
  if (places.has('request.query')) members.set('query', single(call.query, query, 'query parameter'));
  if (places.has('request.size')) members.set('size', BigInt(body(call).bytes.length));
  if (places.has('request.json')) addJson(members, call);
  return members;
}

/** Absent where there is no body; a body that is not JSON cannot be judged as if there was none. */
function addJson(members: Map<string, CelInput>, call: CallView): void {
  const { bytes, json } = body(call);
  if (json === undefined && bytes.length > 0) throw new Untold('the body is not JSON');
  if (json !== undefined) members.set('json', call.json());
}

function body({ action }: CallView): NonNullable<CallView['action']['body']> {
  if (action.body === undefined) throw new Untold('the body was not read');
  return action.body;
}

/** The values by name; one that is repeated has no single value, and readers differ in which they take. */
function single(values: ReadonlyMap<string, readonly string[]> | undefined, read: ReadonlySet<string | undefined>, what: string): CelInput {
  if (values === undefined) throw new Untold('the query cannot be decoded');
  const one = new Map<string, string>();
  for (const [name, [first, ...others]] of values) {
    if (!read.has(name) && !read.has(undefined)) continue;
    if (others.length > 0) throw new Untold(`a ${what} that it reads is there more than once`);
    if (first !== undefined) one.set(name, first);
  }
  return one;
}

function agent({ subject: { agent: name, namespace, serviceAccount } }: CallView): CelInput {
  return new Map(Object.entries({ name, namespace, ...(serviceAccount !== undefined && { serviceAccount }) }));
}

function args({ message: said }: CallView): CelInput {
  if (said?.kind !== 'mcp') throw new Untold('there are no arguments');
  if (said.listed === true) throw new Untold('the arguments are not known yet');
  return celValue(said.args ?? {});
}

function message({ message: said }: CallView): CelInput {
  if (said?.kind !== 'websocket') throw new Untold('there is no message');
  const { opcode, text, bytes, direction } = said;
  return new Map<string, CelInput>([['type', opcode], ['direction', direction], ['size', BigInt(bytes.length)], ...(text === undefined ? [] : [['text', text] as const])]);
}
