import { describe, expect, test } from 'vitest';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import { policy } from './fixtures.ts';

/** What is said of a policy with one tool, the paths below the tool. */
function told(tool: string): string[] {
  return parsePolicies([{ file: 'a', text: policy(`tools: [{name: t, ${tool}}]`) }]).problems.map(({ path, message, nearest }) => `${path.replace('spec.tools[0]', '')} ${message}${nearest === undefined ? '' : ` (${nearest}?)`}`);
}

const HTTP = 'http: {hosts: [api.example.com]}';
const WEBSOCKET = 'http: {hosts: [api.example.com], websocket: true}';
const TUNNEL = 'http: {hosts: [api.example.com], tls: tunnel}';
const MCP = 'mcp: {url: "https://mcp.example.com/mcp"}';
const LLM = 'llm: {provider: openai, hosts: [model.example.com]}';
const GRPC = 'grpc: {hosts: [grpc.example.com]}';
const TCP = 'tcp: {hosts: [db.example.com], ports: [5432]}';

describe('what the protocol of a tool cannot enforce is refused where it is loaded', () => {
  test.each([
    ['tools of HTTP', `${HTTP}, rules: [{allow: {tools: [a]}}]`, '.rules[0].allow.tools calls of an http tool have no tools to match on'],
    ['messages without WebSocket', `${HTTP}, rules: [{allow: {messages: [text]}}]`, '.rules[0].allow.messages the tool does not let calls change to WebSocket'],
    ['a method that HTTP does not have', `${HTTP}, rules: [{allow: {methods: [post]}}]`, '.rules[0].allow.methods[0] is "post" (POST?)'],
    ['a header in capitals', `${HTTP}, rules: [{allow: {headers: {X-A: [b]}}}]`, '.rules[0].allow.headers "X-A" is not in lower case (x-a?)'],
    ['paths of MCP', `${MCP}, rules: [{allow: {paths: [/a]}}]`, '.rules[0].allow.paths calls of an mcp tool have no paths to match on'],
    ['models of MCP', `${MCP}, rules: [{deny: {models: [a]}}]`, '.rules[0].deny.models calls of an mcp tool have no models to match on'],
    ['a body of MCP', `${MCP}, rules: [{allow: {tools: [a]}, body: {size: 1}}]`, '.rules[0].body bodies of an mcp tool are judged by its own matchers'],
    ['reading from MCP', `${MCP}, access: read-only`, '.access an mcp tool has no methods by which read-only could be told'],
    ['methods of a model', `${LLM}, rules: [{allow: {methods: [POST]}}]`, '.rules[0].allow.methods calls of an llm tool have no methods to match on'],
    ['a ceiling of what is denied', `${LLM}, rules: [{deny: {maxTokens: 5}}]`, '.rules[0].deny.maxTokens deny would match the requests that stay below it'],
    ['stripping by an allow rule', `${LLM}, rules: [{allow: {tools: [a]}, strip: true}]`, '.rules[0].strip there are no offered tools to take out'],
    ['stripping from HTTP', `${HTTP}, rules: [{deny: {paths: [/a]}, strip: true}]`, '.rules[0].strip there are no offered tools to take out'],
    ['headers of gRPC', `${GRPC}, rules: [{allow: {headers: {a: [b]}}}]`, '.rules[0].allow.headers calls of an grpc tool have no headers to match on'],
    ['a JSON body of gRPC', `${GRPC}, rules: [{allow: {services: [a]}, when: request.json.a == 1}]`, '.rules[0].when reads request.json, which there is not (request.host?)'],
    ['any rule of TCP', `${TCP}, rules: [{allow: {methods: [GET]}}]`, '.rules[0] an tcp tool is not read, so no rule can be enforced on it'],
    ['any rule of a tunnel', `${TUNNEL}, rules: [{deny: {paths: [/a]}}]`, '.rules[0] a tunnel is not read, so no rule can be enforced on it'],
    ['keeping what is not read', `${TUNNEL}, access: full, capture: {payload: full}`, '.capture.payload a tunnel is not read, so nothing of it can be kept'],
    ['inspecting what is not read', `${TCP}, access: full, limits: {inspect: 5}`, '.limits.inspect an tcp tool is not read'],
    ['HTTP/2 without TLS', 'http: {hosts: [api.example.com], tls: "off", http2: true}', '.http.http2 HTTP/2 is spoken over TLS that the proxy opens'],
    ['WebSocket in a tunnel', 'http: {hosts: [api.example.com], tls: tunnel, websocket: true}', '.http.websocket a tunnel is not read'],
    ['a rate of what is denied', `${HTTP}, rules: [{deny: {paths: [/a]}, limit: 5/h}]`, '.rules[0].limit limits calls that are not allowed'],
    ['concurrency of what is held', `${HTTP}, rules: [{hold: {paths: [/a]}, concurrency: 5}]`, '.rules[0].concurrency limits calls that are not allowed'],
    ['a size of what is denied', `${HTTP}, rules: [{deny: {paths: [/a]}, body: {size: 5}}]`, '.rules[0].body.size would match the bodies that stay below it'],
    ['a body of which nothing is said', `${HTTP}, rules: [{allow: {paths: [/a]}, body: {}}]`, '.rules[0].body says nothing of the body'],
    ['a rate that is none', `${HTTP}, rules: [{allow: {paths: [/a]}, limit: 30/hour}]`, '.rules[0].limit "30/hour" is no rate'],
    ['a zone that is none', `${HTTP}, rules: [{allow: {paths: [/a]}, hours: [{from: "08:00", to: "18:00", zone: Europe/Berlim}]}]`, '.rules[0].hours[0].zone "Europe/Berlim" is no time zone (Europe/Berlin?)'],
    ['a header that the schema would drop', `${HTTP}, rules: [{allow: {headers: {__proto__: [x], a: [b]}}}]`, '.rules[0].allow.headers.__proto__ the key is "__proto__"'],
    ['two protocols', `${HTTP}, ${MCP}`, ' has http and mcp'],
    ['a schema with a format', `${HTTP}, rules: [{allow: {paths: [/a]}, body: {schema: {type: string, format: email}}}]`, '.rules[0].body.schema is no JSON Schema that can be enforced: unknown format "email" ignored in schema at path "#"'],
    ['a schema that is compared without bound', `${HTTP}, rules: [{allow: {paths: [/a]}, body: {schema: {type: array, uniqueItems: true}}}]`, '.rules[0].body.schema has uniqueItems without a bound'],
    ['a schema of elsewhere', `${HTTP}, rules: [{allow: {paths: [/a]}, body: {schema: {$ref: "https://example.com/schema"}}}]`, '.rules[0].body.schema has a reference to another schema, or to all of itself'],
  ])('%s', (_, tool, expected) => {
    expect(told(tool)).toEqual([expected]);
  });

  test.each([
    ['every matcher of HTTP', `${WEBSOCKET}, rules: [{allow: {methods: [POST], paths: [/a], headers: {x-a: ["b*"]}, query: {q: [c]}, types: ["text/*"], messages: [text]}, when: message.size < 10, hours: [{from: "08:00", to: "18:00", zone: UTC}], limit: 30/h, concurrency: 2}]`],
    ['every matcher of MCP', `${MCP}, rules: [{deny: {methods: ["*"], tools: [a], resources: ["file:*"], prompts: [b]}, when: args.ids.size() > 10}]`],
    ['every matcher of a model', `${LLM}, rules: [{allow: {models: [a*], tools: [b], maxTokens: 5}}, {deny: {tools: [c]}, strip: true}]`],
    ['every matcher of gRPC', `${GRPC}, rules: [{hold: {services: [shop.v1.*], methods: [Delete*]}, when: 'request.headers["x-a"] == "b"'}]`],
    ['all that can be said of TCP', `${TCP}, access: full, limits: {upload: 5, download: 5, bytesPerDay: 5}`],
  ])('and %s is not', (_, tool) => {
    expect(told(tool)).toEqual([]);
  });
});
