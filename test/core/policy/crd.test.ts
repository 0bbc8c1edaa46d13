import { describe, expect, test } from 'vitest';
import { customResourceDefinitions } from '../../../src/core/policy/crd.ts';
import { JSON_SCHEMAS } from '../../../src/core/policy/json-schema.ts';

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node;
  readonly [key: string]: unknown;
}

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly scope: string; readonly names: { readonly shortNames: readonly string[] }; readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Node } }[] };
}

const definitions = customResourceDefinitions() as Definition[];
const root = ({ spec }: Definition): Node => spec.versions[0]!.schema.openAPIV3Schema;
const members = ({ properties, items, additionalProperties }: Node): Node[] => [...Object.values(properties ?? {}), items, additionalProperties].filter((node) => node !== undefined);
const every = (node: Node): Node[] => [node, ...members(node).flatMap(every)];

test('every kind has a definition, in its scope and with a short name', () => {
  expect(definitions.map(({ metadata, spec }) => [metadata.name, spec.scope, ...spec.names.shortNames])).toEqual([
    ['agentpolicies.sallyport.dev', 'Namespaced', 'agp'],
    ['sandboxprofiles.sallyport.dev', 'Cluster', 'sbp'],
    ['exemptions.sallyport.dev', 'Namespaced', 'exm'],
  ]);
});

describe.each(definitions.map((definition) => [definition.metadata.name, every(root(definition)), root(definition)] as const))('the schema of %s', (_, nodes, schema) => {
  test('is structural: every node has a type, and no keyword that the API server refuses', () => {
    expect(nodes.filter(({ type }) => type === undefined)).toEqual([]);
    const known = ['type', 'description', 'properties', 'required', 'items', 'additionalProperties', 'enum', 'minimum', 'maximum', 'minLength', 'maxLength', 'maxItems', 'oneOf', 'anyOf', 'x-kubernetes-preserve-unknown-fields'];
    expect(nodes.flatMap((node) => Object.keys(node)).filter((key) => !known.includes(key))).toEqual([]);
    expect(nodes.filter(({ properties, additionalProperties }) => properties !== undefined && additionalProperties !== undefined)).toEqual([]);
  });

  test('drops no unknown key below spec, so that the reader sees a condition that it cannot enforce', () => {
    const objects = every(schema.properties!['spec']!).filter(({ properties }) => properties !== undefined);
    expect(objects.length).toBeGreaterThan(0);
    expect(objects.filter((node) => node['x-kubernetes-preserve-unknown-fields'] !== true)).toEqual([]);
  });
});

test('the definition of a policy has every key of the schema', () => {
  const keys = (node: Node): string[] => Object.entries(node.properties ?? {}).flatMap(([name, member]) => [name, ...keys(member).map((key) => `${name}.${key}`)]).concat(node.items === undefined ? [] : keys(node.items));
  const spec = JSON_SCHEMAS.AgentPolicy.properties?.['spec'];
  expect(keys(root(definitions[0]!).properties!['spec']!)).toEqual(keys(spec as unknown as Node));
});
