import { describe, expect, test } from 'vitest';
import { placeholderVariables } from '../../../src/core/policy/credential.ts';
import { evaluate } from '../../../src/core/policy/evaluate.ts';
import { needs } from '../../../src/core/policy/needs.ts';
import { parsePolicies } from '../../../src/core/policy/parse.ts';
import type { Treatment } from '../../../src/core/terms/permit.ts';
import { AGENT, apiPolicy, call, policy, snapshotOf } from './fixtures.ts';

const HTTP = 'http: {hosts: [api.example.com]}';

function told(tool: string): string[] {
  return parsePolicies([{ file: 'a', text: policy(`tools: [{name: t, ${tool}}]`) }]).problems.map(({ path, message }) => `${path.replace('spec.tools[0].', '')} ${message}`);
}

function treatment(policies: readonly string[], asked = call('GET https://api.example.com/a')): Treatment {
  const verdict = evaluate(snapshotOf(policies), AGENT, asked, 0);
  if (verdict.kind !== 'permit') throw new Error(verdict.sentence);
  return verdict.facts.treatment;
}

const TOKEN = 'credential: {secret: crm, header: Authorization, value: "Bearer {token}"}';

describe('a credential that could not be set is refused where the policy is loaded', () => {
  test.each([
    ['in a tunnel', `http: {hosts: [api.example.com], tls: tunnel}, access: full, ${TOKEN}`, 'credential a tunnel is not read, so nothing can be set in it'],
    ['in TCP', `tcp: {hosts: [db.example.com], ports: [5432]}, access: full, ${TOKEN}`, 'credential an tcp tool is not read, so nothing can be set in it'],
    ['in a body of gRPC', 'grpc: {hosts: [api.example.com]}, credential: {secret: a, in: body, name: b, env: C, value: "{d}"}', 'credential.in bodies of an grpc tool carry no credential'],
    ['without a key', `${HTTP}, credential: {secret: a, header: x-key, value: token}`, 'credential.value "token" names no key of the secret'],
    ['with a key that leads elsewhere', `${HTTP}, credential: {secret: a, header: x-key, value: "{..}"}`, 'credential.value "{..}" names a key that no secret has'],
    ['with a stray brace', `${HTTP}, credential: {secret: a, header: x-key, value: "{{token}"}`, 'credential.value "{{token}" has braces that enclose no key, or characters that no header carries'],
    ['with a folder for a name', `${HTTP}, credential: {secret: ../a, header: x-key, value: "{b}"}`, 'credential.secret is "../a"'],
    ['in the header that names the host', `${HTTP}, credential: {secret: a, header: Host, value: "{b}"}`, 'credential.header "Host" is the proxy\'s own to set'],
    ['in a header that is none', `${HTTP}, credential: {secret: a, header: "x y", value: "{b}"}`, 'credential.header "x y" is no name of a header'],
    ['nowhere', `${HTTP}, credential: {secret: a, value: "{b}"}`, 'credential.header is missing: where the credential is set'],
    ['in a query without a name', `${HTTP}, credential: {secret: a, in: query, value: "{b}", env: C}`, 'credential.name is missing: which value the placeholder is'],
    ['in a query without a placeholder', `${HTTP}, credential: {secret: a, in: query, name: key, value: "{b}"}`, 'credential.env is missing: without a variable the agent has no placeholder to send'],
    ['in a query and a header', `${HTTP}, credential: {secret: a, in: query, name: key, header: x, value: "{b}", env: C}`, 'credential.header belongs to in: header, and this is in: query'],
    ['of AWS in a query', `${HTTP}, credential: {secret: a, in: query, aws: {service: s3, region: eu-west-1}}`, 'credential.in does not go with aws, which signs the request'],
    ['of AWS with a value', `${HTTP}, credential: {secret: a, value: "{b}", aws: {service: s3, region: eu-west-1}}`, 'credential.value does not go with aws, which signs the request'],
    ['of AWS for gRPC', 'grpc: {hosts: [api.example.com]}, credential: {secret: a, aws: {service: s3, region: eu-west-1}}', 'credential.aws calls of gRPC are not signed'],
    ['without a value', `${HTTP}, credential: {secret: a, header: x-key}`, 'credential.value is missing: what is set, such as Bearer {token}'],
    ['in a variable that is none', `${HTTP}, credential: {secret: a, header: x, value: "{b}", env: "A=B"}`, 'credential.env "A=B" is no name of a variable'],
  ])('%s', (_, tool, expected) => {
    expect(told(tool)).toEqual([expected]);
  });
});

test('a permit says what is set, and where', () => {
  const credentials = [{ secret: 'crm', in: 'header', name: 'authorization', value: 'Bearer {token}' }];
  expect(treatment([apiPolicy(`access: full, ${TOKEN}`)]).credentials).toEqual(credentials);
  expect(treatment([apiPolicy('access: full')]).credentials).toBeUndefined();
});

test('only tools that allow the call lend their credential to it, also where policies that observe let it pass', () => {
  const lending = apiPolicy(`rules: [{allow: {paths: [/b]}}], ${TOKEN}`, 'lending', 'observe');
  expect(treatment([lending]).credentials).toBeUndefined();
  expect(treatment([lending], call('GET https://api.example.com/b')).credentials).toHaveLength(1);
  expect(treatment([apiPolicy(`rules: [{allow: {paths: [/b]}}], ${TOKEN}`, 'lending'), apiPolicy('access: full', 'other')]).credentials).toBeUndefined();
});

test('a body is gathered where a credential may stand in it', () => {
  const snapshot = snapshotOf([apiPolicy('access: full, credential: {secret: a, in: body, name: b, env: C, value: "{d}"}')]);
  expect(needs(snapshot, AGENT, call('POST https://api.example.com/a'))).toMatchObject({ body: 1_048_576, protocol: 'http' });
  expect(placeholderVariables(snapshot.policies)).toEqual(['C']);
});

test.each([['bedrock', { body: 1_048_576, optional: false, protocol: 'http' }], ['s3', undefined]])('a body is gathered to be signed, save for S3: %s', (service, expected) => {
  const snapshot = snapshotOf([apiPolicy(`access: full, credential: {secret: a, aws: {service: ${service}, region: eu-west-1}}`)]);
  expect(needs(snapshot, AGENT, call('PUT https://api.example.com/a'))).toEqual(expected);
});
