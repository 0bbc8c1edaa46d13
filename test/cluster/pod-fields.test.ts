import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { knownPodFields, POD_FIELDS } from '../vectors/pod-fields.ts';
import { mustKubectl } from './kubectl.ts';

// What test/core/checks/every-field.test.ts accounts for is what this API server says a pod is made of. `UPDATE_GOLDEN=1` writes the
// list anew, after which that test names the fields that nobody has looked at.

interface Schema {
  readonly $ref?: string;
  readonly allOf?: readonly { readonly $ref?: string }[];
  readonly type?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
}

type Schemas = Readonly<Record<string, Schema>>;

/** Every leaf below a schema, as `spec.containers[*].env[*].name` and `spec.nodeSelector{}`. */
function fieldsOf(schema: Schema, path: string, schemas: Schemas, above: readonly string[] = []): string[] {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
  if (name !== undefined) return above.includes(name) ? [path] : fieldsOf(schemas[name] ?? {}, path, schemas, [...above, name]);
  if (schema.items !== undefined) return fieldsOf(schema.items, `${path}[*]`, schemas, above);
  if (schema.additionalProperties !== undefined) return fieldsOf(schema.additionalProperties, `${path}{}`, schemas, above);
  const members = Object.entries(schema.properties ?? {});
  return members.length === 0 ? [path] : members.flatMap(([member, below]) => fieldsOf(below, path === '' ? member : `${path}.${member}`, schemas, above));
}

test('the list of pod fields is that of the API server', async () => {
  const document = JSON.parse(await mustKubectl(['get', '--raw', '/openapi/v3/api/v1'])) as { components: { schemas: Schemas } };
  const { schemas } = document.components;
  const { metadata, spec } = schemas['io.k8s.api.core.v1.Pod']?.properties ?? {};
  const fields = [...fieldsOf(metadata ?? {}, 'metadata', schemas), ...fieldsOf(spec ?? {}, 'spec', schemas)].sort();
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(POD_FIELDS, `${fields.join('\n')}\n`);
  expect(fields).toEqual(knownPodFields());
});
