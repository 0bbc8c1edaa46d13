import { isPlain } from './crd.ts';
import { METHODS } from './methods.ts';
import { inWords, JSON_SCHEMAS, KINDS, type JsonSchema, type Kind } from './json-schema.ts';

/** The reference page of every kind, in Markdown. */
export function policyReference(): string {
  return [INTRODUCTION, ...KINDS.map(kindSection)].join('\n');
}

/** Every example of the page, one YAML text each. */
export const EXAMPLES: readonly string[] = [
  `apiVersion: sallyport.dev/v1alpha1
kind: AgentPolicy
metadata: {name: triage, namespace: agents}
spec:
  agents: {matchLabels: {app: triage}}
  tools:
  - name: tracker
    http: {hosts: [api.tracker.example]}
    access: read-only
    rules:
    - name: comment
      allow: {methods: [POST], paths: [/projects/*/issues/*/comments]}
    - name: merge
      hold: {methods: [PUT], paths: [/projects/*/changes/*/merge]}
      reason: a person merges
    - name: secrets
      deny: {paths: [/projects/*/secrets/**]}
    capture: {payload: full, redact: [$..token]}
  - name: orders
    http: {hosts: [orders.shop.svc.cluster.local], ports: [8080], addresses: [10.0.0.0/8], tls: "off"}
    rules:
    - allow: {methods: [GET], paths: [/orders/*]}
      limit: 30/h
    - allow: {methods: [POST], paths: [/orders]}
      when: size(request.json.note) < 4000 && !run.seen("tracker")
      hours: [{days: [mon, tue, wed, thu, fri], from: "08:00", to: "18:00", zone: Europe/Berlin}]
    limits: {inspect: 65536, bytesPerDay: 10000000}
  - name: model
    llm: {provider: anthropic, hosts: [model.example.com], models: [small-*], maxTokens: 8192}
    rules:
    - deny: {tools: [web_*]}
      strip: true
  - name: tickets
    mcp: {url: https://mcp.tickets.example/mcp}
    rules:
    - allow: {tools: [search, get_*]}
    - hold: {tools: [close]}
      when: args.ids.size() > 10
`,
  `apiVersion: sallyport.dev/v1alpha1
kind: SandboxProfile
metadata: {name: analysts}
spec:
  runtimeClassNames: {allowed: [gvisor]}
  maxLifetimeSeconds: 3600
  limits: {cpu: "4", memory: 8Gi}
`,
  `apiVersion: sallyport.dev/v1alpha1
kind: Exemption
metadata: {name: triage-cache, namespace: sallyport-system}
spec:
  subject: {namespace: agents, workload: {kind: Deployment, name: triage}}
  checks: [read-only-root]
  reason: the vendor's image writes its cache below /opt until its next release
  requestedBy: ada@example.com
  expires: "2030-01-31T12:00:00Z"   # at most 30 days after it is applied, such as date -u -d '+7 days' +%FT%TZ
`,
];

const INTRODUCTION = `# Policy reference

Generated from the schema by \`npm run generate\`; do not edit.

A policy file holds one or more YAML 1.2 documents of the kinds below. Anything that is not on this page is refused with
file, line and column, and what was in force stays in force: an unknown key, a key twice, anchors, aliases, tags, words that
YAML 1.1 and 1.2 read differently (\`yes\`, \`on\`, \`010\`, \`7:23\`), and characters that are not seen or break a line for some readers only. \`tls: off\` alone may stand bare in a file; \`kubectl\` makes a boolean of it, so in
what you apply to a cluster write \`tls: "off"\`. A file may have 256 Ki characters, and be nested 64 levels deep.
\`sallyport policy lint\` says all that is wrong at once; in a cluster so does \`kubectl apply\`, where the webhook refuses what could not
be put in force.

## How a call is judged

1. Without a policy, with one that has run out, and for a request that is malformed: denied.
2. No policy selects the agent: denied.
3. Each policy that selects the agent is asked by itself. The first of these that applies is its opinion:
   1. no tool lists the host (tools that list it exactly go before those that list it by a wildcard);
   2. the tool does not list the port;
   3. the tool is called by HTTPS and the call is plain HTTP, or the other way round;
   4. bytes would pass unread where the tool is read, or the call was not read as the protocol of the tool: deny;
   5. a \`deny\` rule matches: deny;
   6. a \`hold\` rule matches: a person has to decide, and where nobody can be asked the call is refused;
   7. an \`allow\` rule matches: allow;
   8. \`access\`, or \`models\` of an \`llm\` tool, allows it: allow;
   9. it is what it takes to speak MCP (\`initialize\`, \`ping\`, the lists, notifications) to a tool that allows anything at all: allow;
   10. nothing matched.
   Where a call has several messages (a batch of MCP, a WebSocket), each goes through steps 5 to 10, and the strictest opinion counts.
4. A \`deny\` of any policy wins, else a \`hold\` of any, else an allow of any. Where nothing allows: denied.

Policies with \`mode: observe\` have no effect on an agent that another policy enforces on. Where only observing ones select it,
every well-formed call passes, and no limit is kept. Either way the record says what enforcing would have done (\`wouldBe\`).

## How things match

- **Hosts** are compared in lower case, without a trailing dot. \`*.example.com\` is one whole label below \`example.com\`: it matches
  \`api.example.com\`, not \`example.com\` and not \`a.b.example.com\`. A wildcard below a public suffix (\`*.com\`, \`*.github.io\`) is
  refused. Names beyond ASCII are written in their \`xn--\` form.
- **Addresses.** What a host resolves to is dialled only if it is public, or contained in \`addresses\`. An address inside an IPv6
  address (NAT64, 6to4, Teredo, IPv4-mapped) has to be permitted as well. A host that is an address has to stand in both lists.
- **Paths** are compared segment by segment in their normal form: \`*\` is one segment that is not empty, \`**\` any number, also none.
  Ambiguous paths (\`//\`, \`..\`, \`%2f\`, a backslash, control characters) are refused before any rule is asked. The query is not compared.
- **Allow rules** compare exactly. **Deny and hold rules** compare also what a lenient server takes for the same call: letter case,
  compatibility forms of letters, a slash at the end, dots or spaces at the end of a segment, and path parameters (\`/admin;x\`) make no
  difference to them.
- **Methods** of HTTP are ${METHODS.map((method) => `\`${method}\``).join(', ')}, and case-sensitive. A request that asks for another method in a header (\`X-HTTP-Method-Override\`,
  \`X-HTTP-Method\`, \`X-Method-Override\`) is judged as both; one that asks for several, or for none that is registered, is refused.
  \`TRACE\` and \`CONNECT\` are never forwarded, whatever allows them.
- **Members to redact** are paths into a JSON body, a part of JSONPath (RFC 9535): \`$\` and then \`.name\`, \`['odd name']\`, \`[0]\`,
  \`[*]\` or \`.*\` (every member), and \`..name\` (at any depth). A body in which they cannot be searched for, because it is not JSON or
  not kept whole, is not kept at all.
- **Headers and query.** An \`allow\` rule wants the field to be there and each of its values to be listed; \`deny\` and \`hold\` rules are
  content with one, in any letter case, of a comma-separated list too. \`*\` in a value stands for any characters.
- **Messages.** Of MCP a rule matches a call of one of its \`tools\`, a reading of one of its \`resources\` or a getting of one of its
  \`prompts\`, and only by one of its \`methods\` if it has any. Of a model an \`allow\` rule wants every tool that the request offers to be listed, and a \`deny\`
  or \`hold\` rule is content with one. gRPC is read out of path and media type. Once an \`allow\` rule has \`messages\`, a WebSocket's
  messages need one; else they pass by the rule that let the connection pass.
- **Bodies** are read whole, and decoded, only where a rule that may match looks into them, within \`limits.inspect\`; a longer one is refused
  (413). \`body.schema\` is a JSON Schema (2020-12) without formats and remote references; patterns are those of RE2.
- **Conditions** (\`when\`) are CEL. They read \`request\` (\`method\`, \`host\`, \`port\`, \`path\`, \`query\`, \`headers\`, \`json\`, \`size\`), \`agent\` (\`name\`,
  \`namespace\`, \`serviceAccount\`), \`now\`, \`args\` (of MCP), \`message\` (\`type\`, \`text\`, \`size\`, \`direction\`: in a rule with \`messages\`) and
  \`run.seen("TOOL")\`: whether a call to that tool was permitted since the proxy started. Whole numbers of JSON are integers. A header or parameter that is there more
  than once cannot be read. A condition that cannot be told allows nothing, and counts as met in \`deny\` and \`hold\` rules. Names are checked when the
  policy is loaded; loops may be two deep, an error ends the loop that it is in, and cost is bounded.
- **Limits.** \`limit\`, \`concurrency\` and \`bytesPerDay\` are counted by each proxy for its agent, in memory, and asked once a call is permitted; of
  several policies that allow it each one's limits are kept. Over one: 429, with \`Retry-After\` where it can be said.
- **Empty lists** match nothing. An absent matcher is any, but one has to be there. A matcher, condition or limit that the tool's protocol cannot enforce is refused when the policy is loaded.
`;

const TITLES: Readonly<Record<Kind, string>> = {
  AgentPolicy: 'Namespaced.',
  SandboxProfile: 'For the whole cluster. Every key has a default: that of the built-in profile `isolated`.',
  Exemption: 'In the namespace `sallyport-system` and nowhere else; [exemptions](exemptions.md) says how they weigh.',
};

function kindSection(kind: Kind): string {
  const schema = JSON_SCHEMAS[kind];
  const rows = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => (name === 'spec' ? keyRows(member, 'spec.') : []));
  const example = EXAMPLES[KINDS.indexOf(kind)] ?? '';
  return [`## ${kind}`, '', `${schema.description ?? ''} ${TITLES[kind]}`, '', '```yaml', example.trimEnd(), '```', '', '| key | value | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

/** A row for each key, in the order of the schema; what has the members of a key before it refers to that one. */
function keyRows(schema: JsonSchema, prefix: string): string[] {
  const seen = new Map<string, string>();
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const members = JSON.stringify(member.properties);
    const twin = members === undefined ? undefined : seen.get(members);
    if (members !== undefined && twin === undefined) seen.set(members, name);
    const key = `${prefix}${name}`;
    const required = schema.required?.includes(name) === true ? ' Required.' : '';
    const fallback = isPlain(member.default) ? ` Default: \`${JSON.stringify(member.default)}\`.` : '';
    const row = `| \`${key}\` | ${twin === undefined ? valueWords(member) : `as \`${twin}\``} | ${member.description ?? ''}${required}${fallback} |`;
    if (twin !== undefined) return [row];
    return [row, ...keyRows(member, `${key}.`), ...(member.items === undefined ? [] : keyRows(member.items, `${key}[].`))];
  });
}

function valueWords(schema: JsonSchema): string {
  if (schema.items !== undefined) return `list of: ${valueWords(schema.items)}`;
  if (schema.properties !== undefined) return 'mapping';
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (typeof schema.additionalProperties === 'object') return `mapping of names to ${inWords(schema.additionalProperties)}`;
  return inWords(schema);
}
