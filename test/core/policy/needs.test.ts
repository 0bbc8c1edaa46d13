import { describe, expect, test } from 'vitest';
import { needs } from '../../../src/core/policy/needs.ts';
import { AGENT, call, policy, snapshotOf } from './fixtures.ts';

const LOOKS = policy(`tools: [
  {name: api, http: {hosts: [api.example.com]}, access: read-only, limits: {inspect: 4096}, rules: [
    {allow: {methods: [POST], paths: ["/items/*"]}, when: size(request.json.title) < 100},
    {deny: {paths: [/upload]}, body: {schema: {type: object}}},
    {allow: {paths: [/plain]}, when: request.method == "GET"}]},
  {name: tickets, mcp: {url: "https://mcp.example.com/mcp"}},
  {name: model, llm: {provider: anthropic, hosts: [model.example.com], models: ["*"]}},
  {name: shop, grpc: {hosts: [grpc.example.com]}, access: full}]`);
const WATCHES = policy('mode: observe, tools: [{name: api, http: {hosts: [api.example.com]}, rules: [{allow: {paths: ["/items/*"]}, body: {size: 10}}]}]', 'watches');

const of = (texts: readonly string[], text: string) => needs(snapshotOf(texts), AGENT, call(text));

describe('a call needs its body read', () => {
  test.each([
    ['where a condition that may match reads it', 'POST https://api.example.com/items/1', { body: 4096, optional: false, protocol: 'http' }],
    ['by whatever method, since a header may ask for another', 'GET https://api.example.com/items/1', { body: 4096, optional: false, protocol: 'http' }],
    ['where only a lenient server would take its path for that of a rule', 'POST https://api.example.com/Upload/', { body: 4096, optional: false, protocol: 'http' }],
    ['where the tool is an MCP server', 'POST https://mcp.example.com/mcp', { body: 1_048_576, optional: false, protocol: 'mcp' }],
    ['where the tool is a model', 'POST https://model.example.com/v1/messages', { body: 1_048_576, optional: false, protocol: 'llm', provider: 'anthropic' }],
  ])('%s: %s', (_, text, expected) => {
    expect(of([LOOKS], text)).toEqual(expected);
  });

  test.each([
    ['where no rule that reads bodies may match', 'POST https://api.example.com/other'],
    ['where the condition reads only the head', 'POST https://api.example.com/plain'],
    ['on another path than the MCP server\'s', 'POST https://mcp.example.com/other'],
    ['where gRPC says all in the path', 'POST https://grpc.example.com/shop.v1.Orders/List'],
    ['where the host is not listed', 'POST https://example.com/items/1'],
    ['where the call is refused for its scheme', 'POST http://api.example.com:443/items/1'],
  ])('not %s: %s', (_, text) => {
    expect(of([LOOKS], text)).toBeUndefined();
  });

  test('not without a policy, nor for an agent that none selects', () => {
    const action = call('POST https://api.example.com/items/1');
    expect(needs(undefined, AGENT, action)).toBeUndefined();
    expect(needs(snapshotOf([LOOKS]), { ...AGENT, namespace: 'others' }, action)).toBeUndefined();
  });

  test('if it can be had, where only observing policies look', () => {
    expect(of([WATCHES], 'POST https://api.example.com/items/1')).toEqual({ body: 1_048_576, optional: true, protocol: 'http' });
    expect(of([WATCHES, LOOKS], 'POST https://api.example.com/items/1')).toEqual({ body: 4096, optional: false, protocol: 'http' });
  });
});
