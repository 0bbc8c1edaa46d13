import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mintAuthority } from '../../../src/adapters/certificates/serving.ts';
import { sallyport } from '../../fakes/command-line.ts';
import { sharedFolder } from '../../fakes/temporary-folder.ts';

const folder = sharedFolder();

/** A file with this text, by a path relative to the current folder. */
function file(text: string): string {
  const path = join(mkdtempSync(join(folder, 'manifest-')), 'a.yaml');
  writeFileSync(path, text);
  return relative(process.cwd(), path);
}

const BROKEN = file('a: b: c');

const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: agents, labels: {sallyport.dev/agents: enforce, sallyport.dev/profile: contained}}\n';
const NETWORK = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: agents, namespace: agents}\nspec: {podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 443}]}]}\n';
const GOOD = 'test/golden/pods/constrained.yaml';

describe('sallyport check', () => {
  test('ends with 0 where everything is admitted, and says what else stood there', async () => {
    expect(await sallyport('check', file(NAMESPACE), file(NETWORK), GOOD)).toEqual({
      code: 0,
      stdout: `${GOOD}:2 Pod agents/constrained: admitted (profile contained)
  warning spec.containers[0].image (${GOOD}:17:7)
    container "app" runs whatever "registry.example.com/agent:1" is at that moment [image-source]
    fix: name the image by its digest: registry.example.com/agent@sha256:...
    docs/checks/image-source.md

1 reviewed: 1 admitted, 0 refused; 0 faults, 1 warning
passed over: Namespace, NetworkPolicy
`,
      stderr: '',
    });
  });

  test('warns of what the cluster alone can tell, and says what it takes for granted', async () => {
    const { code, stdout, stderr } = await sallyport('check', '--profile', 'contained', GOOD);
    expect(code).toBe(0);
    expect(stdout).toContain(`  warning metadata.labels (${GOOD}:7:3)\n    cannot be told offline: No NetworkPolicy of namespace agents is in the input [network-policy]\n    fix: give that object as input too, or ask the cluster: sallyport check --cluster\n`);
    expect(stderr).toBe('sallyport: namespace agents is not in the input: it is taken for one that enforces profile contained\n');
  });

  test('ends with 1 where a fault is found, and says where and how to fix it', () => {
    const { status, stdout } = spawnSync(process.execPath, ['src/main.ts', 'check', '--profile', 'contained', '-'], { input: readFileSync('test/golden/pods/windows.yaml'), encoding: 'utf8', timeout: 20_000 });
    expect(status).toBe(1);
    expect(stdout).toContain('  fault spec.os.name (-:7:8)\n    traffic can only be captured on Linux [windows]\n    fix: run the agent on Linux: remove os or set its name to linux\n    docs/checks/windows.md\n');
  });

  test('says that a word which YAML takes for something else wants quotes', async () => {
    const path = file('apiVersion: v1\nkind: Pod\nmetadata: {name: y, namespace: agents, labels: {a: 1}}\nspec: {containers: [{name: x}]}\n');
    const { code, stdout } = await sallyport('check', path);
    expect(code).toBe(1);
    expect(stdout).toContain('    expected a string, got boolean true [admission]\n    fix: put the value in quotes: YAML reads it as a boolean without them\n');
    expect(stdout).toContain('    expected a string, got number 1 [admission]\n    fix: put the value in quotes: YAML reads it as a number without them\n');
    expect((await sallyport('inject', path)).stderr).toContain('metadata.name: expected a string, got boolean true (put the value in quotes: YAML reads it as a boolean without them)\n');
  });

  test('judges by a profile from a file', async () => {
    const { code, stdout } = await sallyport('check', '--profile', 'test/apps/cli/tight-profile.yaml', GOOD);
    expect({ code, first: stdout.split('\n')[0] }).toEqual({ code: 1, first: `${GOOD}:2 Pod agents/constrained: refused (profile tight)` });
  });

  test('ends with 1 also where the namespace only warns, and says so', async () => {
    const { code, stdout } = await sallyport('check', file(NAMESPACE.replace('enforce', 'warn')), file('apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: agents}\nspec: {containers: [{name: x}]}\n'));
    expect({ code, first: stdout.split('\n')[0] }).toEqual({ code: 1, first: expect.stringContaining('Pod agents/a: refused once the namespace enforces (profile contained, mode warn)') });
  });

  test('prints reviews as JSON', async () => {
    const { code, stdout } = await sallyport('check', '--output', 'json', '--profile', 'contained', '--namespace', 'lab', 'test/golden/pods/minimal.yaml', GOOD);
    const reviews = JSON.parse(stdout) as { name: string; namespace: string; verdict: string; faults: { check: string; line: number }[] }[];
    expect(code).toBe(1);
    expect(reviews.map(({ name, namespace, verdict }) => ({ name, namespace, verdict }))).toEqual([
      { name: 'minimal', namespace: 'lab', verdict: 'refused' },
      { name: 'constrained', namespace: 'agents', verdict: 'admitted' },
    ]);
    expect(reviews[0]?.faults[0]).toMatchObject({ check: 'run-as-user', reason: 'may-run-as-root', line: 7, column: 7, weight: 'deny' });
  });

  test('prints a SARIF log and a JUnit report, each alone on standard output', async () => {
    const log = JSON.parse((await sallyport('check', '--output', 'sarif', GOOD)).stdout) as { version: string };
    expect(log.version).toBe('2.1.0');
    const { code, stdout } = await sallyport('check', '--output', 'junit', 'test/golden/pods/minimal.yaml', GOOD);
    expect(code).toBe(1);
    expect(stdout).toContain(`<testsuites name="sallyport check" tests="2" failures="2" errors="0" skipped="0">`);
    expect(stdout).toContain('    <testcase name="Pod default/minimal" classname="test/golden/pods/minimal.yaml" time="0" file="test/golden/pods/minimal.yaml" line="1">\n      <failure message="refused: ');
  });

  test('reads objects of ours as the webhook does', async () => {
    const { code, stdout } = await sallyport('check', file('apiVersion: sallyport.dev/v1alpha1\nkind: SandboxProfile\nmetadata: {name: p}\nspec: {maxLifetimeSecond: 5}\n'));
    expect(code).toBe(1);
    expect(stdout).toMatch(/SandboxProfile p: refused\n {2}fault spec\.maxLifetimeSecond \(.*:4:\d+\)\n/);
  });

  test.each([
    [['check', 'nowhere.yaml'], 'sallyport: nowhere.yaml: cannot be read (there is no such file or folder)\n'],
    [['check', BROKEN], `sallyport: ${BROKEN}:1:4: a key stands inside the value before it (expected the indentation of the keys around it, or quotes around the whole value)\n`],
    [['check', '--profile', 'isolatd', '.'], 'sallyport: --profile: expected one of isolated, contained, or a file; got "isolatd"\n'],
  ])('ends with 2 for %j', async (args, err) => {
    expect(await sallyport(...args)).toMatchObject({ code: 2, stderr: err });
  });

  test('says that it reviewed nothing', async () => {
    expect(await sallyport('check', file('apiVersion: v1\nkind: Secret\n'))).toMatchObject({ code: 0, stderr: 'sallyport: no pods are in the one object, so nothing was reviewed\n' });
  });
});

describe('sallyport inject', () => {
  test('prints manifests that check then admits', async () => {
    const { code, stdout } = await sallyport('inject', 'test/golden/pods/constrained.yaml', 'test/golden/pods/workloads.yaml');
    expect(code).toBe(0);
    expect(stdout.match(/^kind: .*$/gm)).toEqual(['kind: Pod', 'kind: ConfigMap', 'kind: Deployment', 'kind: CronJob']);
    expect(stdout.match(/name: sallyport-proxy/g)).toHaveLength(3);
    expect(await sallyport('check', '--profile', 'contained', file(stdout.split('---')[0] ?? ''))).toMatchObject({ code: 0 });
  });

  test('prints a List as JSON, with the trust that it is given', async () => {
    const { cert } = await mintAuthority({ commonName: 'authority', now: Date.now(), lifetime: 60_000 });
    const [one, other] = ['a'.repeat(43), 'b'.repeat(43)];
    const { code, stdout } = await sallyport('inject', '--output', 'json', '--controller-ca', file(cert), '--link-key', one, '--link-key', other, 'test/golden/pods/constrained.yaml');
    const list = JSON.parse(stdout) as { kind: string; items: { spec: { initContainers: { args: string[] }[] } }[] };
    const args = list.items[0]?.spec.initContainers[1]?.args ?? [];
    expect({ code, kind: list.kind }).toEqual({ code: 0, kind: 'List' });
    expect(args.slice(args.indexOf('--link-key'), args.indexOf('--token-file'))).toEqual(['--link-key', one, '--link-key', other]);
    expect(args[args.indexOf('--controller-ca') + 1]).toBe(Buffer.from(cert).toString('base64'));
  });

  test.each([['warns', 'sallyport.dev/agents: warn'], ['takes no agents', 'a: b']])('leaves pods as they are whose namespace %s', async (_, labels) => {
    const namespace = `apiVersion: v1\nkind: Namespace\nmetadata: {name: agents, labels: {${labels}}}\n`;
    const { stdout } = await sallyport('inject', file(namespace), GOOD);
    expect(stdout).toContain('name: constrained');
    expect(stdout).not.toContain('sallyport-proxy');
  });

  test('ends with 2 for a pod that cannot be read, with file, line and field', async () => {
    expect(await sallyport('inject', 'test/golden/pods/mistyped.yaml')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'sallyport: test/golden/pods/mistyped.yaml:14:9: spec.containers[0].securityContext.runAsNonRoot: expected true or false, got string "yes" (write the pod as the Kubernetes API documents it)\nsallyport: test/golden/pods/mistyped.yaml:13:9: spec.containers[0].securityContext.runAsUser: expected a whole number, got string "root" (write the pod as the Kubernetes API documents it)\nsallyport: test/golden/pods/mistyped.yaml:8:3: spec.hostNetwork: expected true or false, got string "true" (write the pod as the Kubernetes API documents it)\n',
    });
  });
});
