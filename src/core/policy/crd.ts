import { API_GROUP } from '../terms/fixed-names.ts';
import { JSON_SCHEMAS, type JsonSchema, type Kind } from './json-schema.ts';

interface Names {
  readonly kind: Kind;
  readonly plural: string;
  readonly short: string;
  readonly scope: 'Namespaced' | 'Cluster';
  /** What `kubectl explain` says of the spec. */
  readonly spec: string;
  /** The API server prints the first match of a path and no other, and a list as JSON. */
  readonly columns: readonly object[];
}

const AGE = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

const RESOURCES: readonly Names[] = [
  {
    kind: 'AgentPolicy',
    plural: 'agentpolicies',
    short: 'agp',
    scope: 'Namespaced',
    spec: 'Which agents of the namespace are meant, and which calls of which tools they may make.',
    columns: [column('Mode', '.spec.mode'), column('First tool', '.spec.tools[0].name'), AGE],
  },
  {
    kind: 'SandboxProfile',
    plural: 'sandboxprofiles',
    short: 'sbp',
    scope: 'Cluster',
    spec: 'What is demanded, member by member; what is absent has its default, which is strict.',
    columns: [
      { name: 'Runtime class', type: 'boolean', jsonPath: '.spec.runtimeClassNames.required' },
      { name: 'Lifetime', type: 'integer', jsonPath: '.spec.maxLifetimeSeconds' },
      column('Exec', '.spec.exec'),
      AGE,
    ],
  },
  {
    kind: 'Exemption',
    plural: 'exemptions',
    short: 'exm',
    scope: 'Namespaced',
    spec: 'Who is exempt from which checks, why, on whose behalf and until when.',
    columns: [
      column('For', '.spec.subject.namespace'),
      column('Pod', '.spec.subject.pod'),
      column('Workload', '.spec.subject.workload.name'),
      column('User', '.spec.subject.user'),
      column('Expires', '.spec.expires'),
      { ...column('Checks', '.spec.checks'), priority: 1 },
      { ...column('Requested by', '.spec.requestedBy'), priority: 1 },
      { ...column('Reason', '.spec.reason'), priority: 1 },
      AGE,
    ],
  },
];

/** The CustomResourceDefinitions (apiextensions.k8s.io/v1) of our kinds, as objects to be written as YAML. */
export function customResourceDefinitions(): object[] {
  return RESOURCES.map(({ kind, plural, short, scope, spec, columns }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), shortNames: [short], categories: ['sallyport'] },
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: objectSchema(JSON_SCHEMAS[kind], spec) }, additionalPrinterColumns: columns }],
    },
  }));
}

function column(name: string, jsonPath: string): object {
  return { name, type: 'string', jsonPath };
}

function objectSchema({ description, properties, required }: JsonSchema, ofSpec: string): object {
  const spec = properties?.['spec'];
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    // The API server has its own schema of these three.
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, ...(spec !== undefined && { spec: { ...structural(spec), description: ofSpec } }) },
    required: (required ?? []).filter((name) => name === 'spec'),
  };
}

/**
 * A structural schema (KEP 1693). Unknown keys are kept, not pruned: the API server would silently drop a `when:` of a client that
 * does not ask for strict validation and so turn a narrow rule into a wide one; kept, the reader refuses the object by that key.
 * Defaults are left to the reader too, so that a stored object goes on saying what its author wrote.
 */
function structural(schema: JsonSchema): object {
  const { type, properties, required, items, additionalProperties, minimum, maximum, minLength, maxLength, maxItems, oneOf, anyOf } = schema;
  const limits = Object.entries({ minimum, maximum, minLength, maxLength, maxItems, oneOf, anyOf }).filter(([, value]) => value !== undefined);
  const options = schema.const === undefined ? schema.enum : [schema.const];
  return {
    ...(type !== undefined && { type }),
    ...described(schema),
    ...(options !== undefined && { enum: options }),
    ...Object.fromEntries(limits),
    ...(properties !== undefined && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, structural(member)])),
      'x-kubernetes-preserve-unknown-fields': true,
    }),
    ...(required !== undefined && required.length > 0 && { required }),
    ...(items !== undefined && { items: structural(items) }),
    ...(typeof additionalProperties === 'object' && anyMembers(additionalProperties)),
  };
}

/** Members of a type, or whatever somebody else's schema says. */
const anyMembers = (schema: JsonSchema): object => (Object.keys(schema).length === 0 ? { 'x-kubernetes-preserve-unknown-fields': true } : { additionalProperties: structural(schema) });

function described({ description, default: fallback }: JsonSchema): { description?: string } {
  const text = [...(description === undefined ? [] : [description]), ...(isPlain(fallback) ? [`Default: ${JSON.stringify(fallback)}.`] : [])].join(' ');
  return text === '' ? {} : { description: text };
}

/** Whether a default says something by itself; an object's says what its members' do. */
export function isPlain(fallback: unknown): boolean {
  return fallback !== undefined && (typeof fallback !== 'object' || Array.isArray(fallback)) && JSON.stringify(fallback) !== '[]';
}
