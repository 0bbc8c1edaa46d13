import { Buffer } from 'node:buffer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintAuthority, mintServing } from '../../src/adapters/certificates/serving.ts';
import { installManifests } from '../../src/apps/cli/install/manifests.ts';
import { barePod } from './agent-pod.ts';
import { buildImage, IMAGE } from './image.ts';
import { applyInstallation, SYSTEM, uninstall } from './installation.ts';
import { apply, eventually, kubectl, mustKubectl } from './kubectl.ts';

// The webhook serves a certificate that others make. With cert-manager in the cluster that is cert-manager; without it this file does what
// cert-manager would: it fills the Secret and sets the caBundle.

const AGENTS = 'mounted-agents';
const SECRET = 'sallyport-webhook-cert-manager';
const DAY = 86_400_000;
const CONFIGURATIONS = [['validatingwebhookconfiguration', 'sandbox.sallyport.dev'], ['mutatingwebhookconfiguration', 'inject.sallyport.dev']] as const;

const hasCertManager = (await kubectl(['get', 'crd', 'certificates.cert-manager.io'])).code === 0;
const authority = await mintAuthority({ commonName: 'By hand', now: Date.now(), lifetime: 30 * DAY });

async function fillSecret(): Promise<void> {
  const { cert, key, ca } = await mintServing({ authority, dnsNames: [`sallyport-webhook.${SYSTEM}.svc`], now: Date.now(), lifetime: DAY });
  const data = Object.fromEntries(Object.entries({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca }).map(([name, text]) => [name, Buffer.from(text).toString('base64')]));
  await apply({ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name: SECRET, namespace: SYSTEM }, data });
}

async function setBundles(): Promise<void> {
  for (const [kind, name] of CONFIGURATIONS) {
    const { webhooks } = JSON.parse(await mustKubectl(['get', kind, name, '-o', 'json'])) as { webhooks: unknown[] };
    const patch = webhooks.map((_, index) => ({ op: 'add', path: `/webhooks/${index}/clientConfig/caBundle`, value: Buffer.from(authority.cert).toString('base64') }));
    await mustKubectl(['patch', kind, name, '--type=json', '-p', JSON.stringify(patch)]);
  }
}

/** As `cmctl renew` asks for it. */
async function renewByCertManager(): Promise<void> {
  const condition = { type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'renewed by a test', lastTransitionTime: new Date().toISOString() };
  const certificate = JSON.parse(await mustKubectl(['-n', SYSTEM, 'get', 'certificate', 'sallyport-webhook', '-o', 'json'])) as { status: { conditions: object[] } };
  await mustKubectl(['-n', SYSTEM, 'patch', 'certificate', 'sallyport-webhook', '--subresource=status', '--type=merge', '-p', JSON.stringify({ status: { conditions: [...certificate.status.conditions, condition] } })]);
}

async function replaced(): Promise<number> {
  const pods = (await mustKubectl(['-n', SYSTEM, 'get', 'pods', '-l', 'app.kubernetes.io/name=sallyport-webhook', '-o', 'name'])).trim().split('\n');
  const logs = await Promise.all(pods.map((pod) => mustKubectl(['-n', SYSTEM, 'logs', pod])));
  return logs.filter((log) => log.includes('serving certificate replaced')).length;
}

const bundle = (): Promise<string> => mustKubectl(['get', ...CONFIGURATIONS[0], '-o', 'jsonpath={.webhooks[*].clientConfig.caBundle}']);
const refusal = async (): Promise<string> => (await kubectl(['create', '--dry-run=server', '-f', '-'], barePod('bare', AGENTS))).err;

beforeAll(async () => {
  buildImage([]);
  const objects = installManifests({ image: IMAGE, imagePullPolicy: 'Never', certManager: true }) as { apiVersion: string; kind: string }[];
  const wanted = objects.filter(({ apiVersion }) => hasCertManager || !apiVersion.startsWith('cert-manager.io'));
  await applyInstallation({ apiVersion: 'v1', kind: 'List', items: wanted });
  if (!hasCertManager) {
    await fillSecret();
    await setBundles();
  }
  await mustKubectl(['-n', SYSTEM, 'rollout', 'status', 'deployment/sallyport-webhook', '--timeout=180s']);
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: AGENTS, labels: { 'sallyport.dev/agents': 'enforce', 'sallyport.dev/profile': 'contained' } } });
  await eventually('the first review', 60, async () => ((await refusal()).includes('denied the request') ? true : undefined));
});

afterAll(() => uninstall(AGENTS));

describe(`a certificate that ${hasCertManager ? 'cert-manager' : 'somebody'} mounts`, () => {
  test('is served, and our own Secret is not even made', async () => {
    expect(await refusal()).toContain('denied the request');
    expect((await kubectl(['-n', SYSTEM, 'get', 'secret', 'sallyport-webhook-tls'])).err).toContain('NotFound');
  });

  test('is renewed while reviews go on, and each replica takes it up when the kubelet has swapped it, without a review that fails', async () => {
    const failed: string[] = [];
    let reviews = 0;
    const ended = new AbortController();
    const asking = async (): Promise<void> => {
      for (; !ended.signal.aborted; reviews += 1) {
        const words = await refusal();
        if (!words.includes('denied the request')) failed.push(words);
      }
    };
    const all = [asking(), asking()];
    await (hasCertManager ? renewByCertManager() : fillSecret());
    await eventually('the new certificate in every replica', 180, async () => ((await replaced()) === 3 ? true : undefined));
    ended.abort();
    await Promise.all(all);
    process.stdout.write(`mounted certificate: ${reviews} reviews while it was replaced, ${failed.length} failed\n`);
    expect(failed).toEqual([]);
  });

  test('leaves the caBundle to whoever made it', async () => {
    const before = await bundle();
    expect(before).not.toBe('');
    const logs = await mustKubectl(['-n', SYSTEM, 'logs', '-l', 'app.kubernetes.io/name=sallyport-webhook', '--tail=-1']);
    expect(logs).not.toContain('caBundle set');
    expect(await bundle()).toBe(before);
  });
});
