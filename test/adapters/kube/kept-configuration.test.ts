import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { mintAuthority } from '../../../src/adapters/certificates/serving.ts';
import { type CaBundle, keepCaBundle } from '../../../src/adapters/kube/ca-bundle.ts';
import { connectKube, type KubeClient } from '../../../src/adapters/kube/client.ts';
import type { KubeFault } from '../../../src/adapters/kube/fault.ts';
import { keepTemplateRules } from '../../../src/adapters/kube/template-rules.ts';
import type { ListedTemplate } from '../../../src/core/admission/resources.ts';
import { FakeApiServer } from '../../fakes/api-server.ts';

const PATH = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const NAME = 'sandbox.sallyport.dev';
const soon = { timeout: 4_000, interval: 5 };

let server: FakeApiServer;
let client: KubeClient;
let kept: { stop(): Promise<void> } | undefined;
let patches: unknown[];
let faults: KubeFault[];
let mayWrite: boolean;

beforeEach(async () => {
  [patches, faults, mayWrite, kept] = [[], [], true, undefined];
  server = await FakeApiServer.start(PATH);
  client = connectKube({ kubeconfig: server.kubeconfig });
});

afterEach(async () => {
  await kept?.stop();
  await client.close();
  await server.close();
});

const watch = () => ({ client, now: Date.now, random: () => 0, onFault: (fault: KubeFault) => faults.push(fault) });

/** Takes patches, after which the configuration is what `after` says. */
function takePatches(after: () => object): void {
  server.on(`PATCH ${PATH}/${NAME}`, (body) => {
    patches.push(JSON.parse(body));
    server.put(NAME, after());
    return { status: 200, body: '{"metadata":{"name":"x"}}' };
  });
}

/** Until whoever keeps the configuration has seen what was put last. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

const encoded = (pem: string) => Buffer.from(pem).toString('base64');
const trusting = (...bundles: (string | undefined)[]) => ({
  webhooks: bundles.map((caBundle, index) => ({ name: `w${index}`, clientConfig: { url: 'https://a.example', ...(caBundle === undefined ? {} : { caBundle }) } })),
});
const ruleOf = (resource: string) => ({ apiGroups: ['batch.example.com'], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: [resource], scope: 'Namespaced' });

function keepTrusted(ca: () => string): CaBundle {
  takePatches(() => trusting(encoded(ca()), encoded(ca())));
  const bundle = keepCaBundle({ ...watch(), kind: 'ValidatingWebhookConfiguration', name: NAME, ca, mayWrite: () => mayWrite });
  kept = bundle;
  return bundle;
}

describe('the caBundle of a webhook configuration', () => {
  const [old, next] = [mintAuthority({ commonName: 'old', now: Date.now(), lifetime: 3_600_000 }), mintAuthority({ commonName: 'next', now: Date.now(), lifetime: 3_600_000 })];

  test('is set where it is empty, and left alone where it is right', async () => {
    const ca = (await old).cert;
    const bundle = keepTrusted(() => ca);
    server.put(NAME, trusting(undefined, encoded(ca)));
    await vi.waitFor(() => expect(bundle.trusts(ca)).toBe(true), soon);
    expect(patches).toEqual([[
      { op: 'test', path: '/webhooks/0/name', value: 'w0' },
      { op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: encoded(ca) },
    ]]);
  });

  test('follows a new CA, and whoever overwrites it', async () => {
    const [before, after] = [(await old).cert, (await next).cert];
    let ca = before;
    const bundle = keepTrusted(() => ca);
    server.put(NAME, trusting(encoded(before), encoded(before)));
    await vi.waitFor(() => expect(bundle.trusts(before)).toBe(true), soon);
    ca = after + before;
    bundle.wake();
    await vi.waitFor(() => expect(bundle.trusts(after)).toBe(true), soon);
    server.put(NAME, trusting('', encoded(ca)));
    await vi.waitFor(() => expect(patches).toHaveLength(2), soon);
  });

  test('trusts nobody while there is no configuration', async () => {
    const ca = (await old).cert;
    const bundle = keepTrusted(() => ca);
    bundle.wake();
    await settled();
    expect(bundle.trusts(ca)).toBe(false);
    expect(patches).toEqual([]);
  });

  test('is tried again after whatever went wrong, and each time it is told', async () => {
    const ca = (await old).cert;
    let failures = 1;
    keepTrusted(() => {
      failures -= 1;
      if (failures >= 0) throw new TypeError('no certificate yet');
      return ca;
    });
    server.put(NAME, trusting(''));
    await vi.waitFor(() => expect(patches).toHaveLength(1), soon);
    expect(faults.map(({ code, message }) => [code, message])).toEqual([['malformed', 'no certificate yet']]);
  });
});

describe('the rules for kinds that profiles list', () => {
  const WEBHOOK = 'listed.sandbox.sallyport.dev';
  const job: ListedTemplate = { group: 'batch.example.com', version: 'v1', kind: 'Batch', resource: 'batches', path: 'spec.template' };
  const configured = (rules?: readonly object[]) => ({ webhooks: [{ name: 'other', rules: [ruleOf('pods')] }, { name: WEBHOOK, ...(rules && { rules }) }] });

  function keep(templates: () => readonly ListedTemplate[] | undefined, after: readonly object[] = []) {
    takePatches(() => configured(after));
    const rules = keepTemplateRules({ ...watch(), configuration: NAME, webhook: WEBHOOK, templates, mayWrite: () => mayWrite });
    kept = rules;
    return rules;
  }

  test('are written for each kind once, into the one webhook, however many paths a profile lists of it', async () => {
    keep(() => [job, { ...job, path: 'spec.other' }, { ...job, resource: 'crons', kind: 'Cron' }], [ruleOf('batches'), ruleOf('crons')]);
    server.put(NAME, configured());
    await vi.waitFor(() => expect(patches).toHaveLength(1), soon);
    await settled();
    expect(patches).toEqual([[
      { op: 'test', path: '/webhooks/1/name', value: WEBHOOK },
      { op: 'add', path: '/webhooks/1/rules', value: [ruleOf('batches'), ruleOf('crons')] },
    ]]);
  });

  test('are taken out with the last profile that lists a kind', async () => {
    keep(() => []);
    server.put(NAME, configured([ruleOf('batches')]));
    await vi.waitFor(() => expect(patches).toEqual([[expect.anything(), { op: 'add', path: '/webhooks/1/rules', value: [] }]]), soon);
  });

  test('stay as they are while nobody knows the profiles, where another replica leads, and where there is no such webhook', async () => {
    let templates: readonly ListedTemplate[] | undefined;
    const rules = keep(() => templates, [ruleOf('batches')]);
    server.put(NAME, configured([ruleOf('crons')]));
    await settled();
    [templates, mayWrite] = [[job], false];
    rules.wake();
    await settled();
    server.put(NAME, { webhooks: [{ name: 'other' }] });
    await settled();
    mayWrite = true;
    rules.wake();
    await settled();
    expect(patches).toEqual([]);
    server.put(NAME, configured([ruleOf('crons')]));
    await vi.waitFor(() => expect(patches).toHaveLength(1), soon);
  });
});
