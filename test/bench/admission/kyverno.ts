import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../repository/imports.ts';
import { apply, eventually, kubectl, mustKubectl } from '../../cluster/kubectl.ts';
import { freePort } from '../egress/contestants.ts';
import { start } from '../egress/process.ts';
import { lastCore } from './ours.ts';
import { namespaceOf, ordinaryPod } from './pods.ts';
import { SANDBOX_IN_CEL } from './policy.ts';

const MODULE = 'github.com/kyverno/kyverno';
const VERSION = 'v1.19.1';
const NAMESPACE = 'kyverno';
const SELECTOR = { matchLabels: { 'kubernetes.io/metadata.name': namespaceOf('kyverno') } };

/** Without them it does not start. */
const ENVIRONMENT = {
  KYVERNO_NAMESPACE: NAMESPACE,
  KYVERNO_SERVICEACCOUNT_NAME: 'kyverno',
  KYVERNO_DEPLOYMENT: 'kyverno',
  KYVERNO_POD_NAME: 'kyverno',
  INIT_CONFIG: 'kyverno',
  METRICS_CONFIG: 'kyverno-metrics',
};

/** A folder with the admission controller's program `kyverno` and its `config/crds`. */
interface Kyverno {
  readonly folder: string;
}

export interface RunningKyverno {
  readonly pid: number;
  stop(): void;
}

/** `KYVERNO` names a folder with the program and `config/crds`; else both are built from the Go module, which takes a while once. */
export function kyverno(): Kyverno | undefined {
  const folder = process.env['KYVERNO'] ?? join(ROOT, 'node_modules/.cache/kyverno');
  if (!existsSync(join(folder, 'kyverno'))) build(folder);
  return existsSync(join(folder, 'kyverno')) ? { folder } : undefined;
}

function build(folder: string): void {
  try {
    const told = JSON.parse(execFileSync('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], { encoding: 'utf8', cwd: ROOT })) as { Dir: string };
    const source = join(folder, 'source');
    mkdirSync(folder, { recursive: true });
    cpSync(told.Dir, source, { recursive: true });
    execFileSync('chmod', ['-R', 'u+w', source]);
    execFileSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, 'kyverno'), './cmd/kyverno'], { cwd: source, env: { ...process.env, CGO_ENABLED: '0' }, stdio: 'inherit' });
    cpSync(join(source, 'config'), join(folder, 'config'), { recursive: true });
  } catch (error) {
    process.stderr.write(`bench: Kyverno could not be built: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n`);
  }
}

/** Starts the admission controller on the core on which ours runs, without reports and Events, and with the sandbox as a ValidatingPolicy. */
export async function startKyverno({ folder }: Kyverno, kubeconfig: string): Promise<RunningKyverno> {
  const crds = join(folder, 'config/crds');
  for (const group of readdirSync(crds)) await mustKubectl(['apply', '--server-side', '--force-conflicts', '-f', join(crds, group)]);
  const webhooks = JSON.stringify({ namespaceSelector: SELECTOR });
  await apply(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kyverno', namespace: NAMESPACE }, data: { webhooks, generateSuccessEvents: 'false' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kyverno-metrics', namespace: NAMESPACE }, data: {} },
  );
  const port = await freePort();
  const flags = [
    `--kubeconfig=${kubeconfig}`, `--serverIP=127.0.0.1:${port}`, '--webhookServerHost=127.0.0.1', `--webhookServerPort=${port}`,
    '--caSecretName=kyverno-tls-ca', '--tlsSecretName=kyverno-tls-pair', '--tlsKeyAlgorithm=ECDSA', '--disableMetrics=true', '--controllerRuntimeMetricsAddress=0',
    '--admissionReports=false', '--omitEvents=PolicyViolation,PolicyApplied,PolicyError,PolicySkipped',
    '--backgroundServiceAccountName=system:serviceaccount:kyverno:background', '--reportsServiceAccountName=system:serviceaccount:kyverno:reports',
  ];
  const child = start('taskset', ['--cpu-list', String(lastCore()), join(folder, 'kyverno'), ...flags], ENVIRONMENT);
  child.stdout?.resume();
  // Its own webhooks have to be registered before a policy is taken.
  await eventually('Kyverno to take its policy', 180, async () => {
    if (child.exitCode !== null) throw new Error(`Kyverno ended with ${child.exitCode}: ${child.said()}`);
    return (await kubectl(['apply', '-f', '-'], policy)).code === 0 ? true : undefined;
  });
  await eventually('Kyverno to refuse a pod', 180, refusesHostNetwork);
  return { pid: child.pid ?? 0, stop: () => void child.kill() };
}

export async function uninstallKyverno(): Promise<void> {
  const { out } = await kubectl(['get', 'validatingwebhookconfigurations,mutatingwebhookconfigurations', '-l', 'webhook.kyverno.io/managed-by=kyverno', '-o', 'name']);
  for (const name of out.split('\n').filter((line) => line !== '')) await kubectl(['delete', name]);
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']);
}

const policy = {
  apiVersion: 'policies.kyverno.io/v1',
  kind: 'ValidatingPolicy',
  metadata: { name: 'bench-sandbox' },
  spec: {
    validationActions: ['Deny'],
    evaluation: { background: { enabled: false } },
    autogen: { podControllers: { controllers: [] } },
    matchConstraints: { namespaceSelector: SELECTOR, resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] }] },
    ...SANDBOX_IN_CEL,
  },
};

async function refusesHostNetwork(): Promise<true | undefined> {
  const good = ordinaryPod(namespaceOf('kyverno')) as { spec: object };
  const { err } = await kubectl(['create', '--dry-run=server', '-f', '-'], { ...good, spec: { ...good.spec, hostNetwork: true } });
  return err.includes('host namespaces: refused') ? true : undefined;
}
