import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KeptServingCertificate } from '../../../src/adapters/certificates/kept.ts';
import type { KubeObject } from '../../../src/adapters/kube/client.ts';
import { keepServingCertificate, type ServingCertificateSettings } from '../../../src/adapters/kube/serving-certificate.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const DAY = 86_400_000;
const SECRETS = '/api/v1/namespaces/sallyport-system/secrets';
const SECRET = `${SECRETS}/gate-tls`;

let store: KubeStore;
const kept: KeptServingCertificate[] = [];

beforeEach(() => {
  store = new KubeStore();
});

afterEach(async () => {
  await Promise.all(kept.splice(0).map((one) => one.stop()));
});

async function keep(change: Partial<ServingCertificateSettings> = {}): Promise<KeptServingCertificate> {
  const one = await keepServingCertificate({ client: store.client, namespace: 'sallyport-system', secret: 'gate-tls', dnsNames: ['gate.sallyport-system.svc'], now: Date.now, ...change });
  kept.push(one);
  return one;
}

const text = (object: KubeObject | undefined, part: string): string => Buffer.from((object?.['data'] as Record<string, string> | undefined)?.[part] ?? '', 'base64').toString();
const inTwoMonths = (): number => Date.now() + 61 * DAY;

describe('a serving certificate in a Secret', () => {
  test('is made where there is none', async () => {
    const { cert, key, ca } = (await keep()).current();
    const secret = store.objects.get(SECRET);
    expect(secret).toMatchObject({ kind: 'Secret', type: 'kubernetes.io/tls', metadata: { name: 'gate-tls', namespace: 'sallyport-system' } });
    expect([text(secret, 'tls.crt'), text(secret, 'tls.key'), text(secret, 'ca.crt')]).toEqual([cert, key, ca]);
    expect(new X509Certificate(cert).checkHost('gate.sallyport-system.svc')).toBeDefined();
  });

  test('is the same for every replica, whoever is first', async () => {
    const all = await Promise.all([keep(), keep(), keep()]);
    expect(new Set(all.map((one) => one.current().cert)).size).toBe(1);
    expect(store.requests.filter((request) => request === `PUT ${SECRET}`)).toHaveLength(1);
  });

  test('is read where somebody else made it between our look and our write', async () => {
    const other = new KubeStore();
    await keep({ client: other.client });
    const made = other.objects.get(SECRET)!;
    store.beforeWrite = () => {
      store.beforeWrite = () => undefined;
      store.put(SECRET, made);
    };
    expect((await keep()).current().cert).toBe(text(made, 'tls.crt'));
  });

  test('is renewed by the replica that comes first, and read by the other', async () => {
    const before = (await keep()).current();
    const [one, other] = await Promise.all([keep({ now: inTwoMonths }), keep({ now: inTwoMonths })]);
    expect(one.current().cert).not.toBe(before.cert);
    expect(other.current()).toEqual(one.current());
    expect(one.current().ca).toBe(before.ca);
  });

  test('keeps what else stands in its Secret, and its type', async () => {
    store.put(SECRET, { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata: { name: 'gate-tls', namespace: 'sallyport-system', labels: { team: 'platform' } } });
    await keep();
    expect(store.objects.get(SECRET)).toMatchObject({ type: 'Opaque', metadata: { labels: { team: 'platform' } } });
  });

  test('is left alone where cert-manager keeps it, who stores no key of a CA', async () => {
    const { cert } = (await keep()).current();
    const { 'ca.key': _ours, ...data } = store.objects.get(SECRET)!['data'] as Record<string, string>;
    store.put(SECRET, { ...store.objects.get(SECRET)!, data });
    expect((await keep({ now: () => Date.now() + 80 * DAY })).current().cert).toBe(cert);
  });

  const garbage = Object.fromEntries(['tls.crt', 'tls.key', 'ca.crt'].map((name) => [name, Buffer.from('garbage').toString('base64')]));

  test('is refused as garbage by the name of its Secret, with what to do, where it is not ours to replace', async () => {
    store.put(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'gate-tls', namespace: 'sallyport-system' }, data: garbage });
    await expect(keep()).rejects.toMatchObject({
      code: 'pem-invalid',
      message: 'Secret gate-tls in namespace sallyport-system cannot be served with: expected a PEM certificate, got something else; delete it (kubectl delete secret --namespace sallyport-system gate-tls) and Sallyport makes a new one, or have whoever fills it store a tls.crt and its tls.key',
    });
  });

  test('stays in use while the Secret is garbage, and the fault names it', async () => {
    const faults: unknown[] = [];
    const one = await keep({ onFault: (fault) => faults.push(fault) });
    const { cert } = one.current();
    store.put(SECRET, { ...store.objects.get(SECRET)!, data: garbage });
    await vi.waitFor(() => expect(faults.map(String)).toContainEqual(expect.stringContaining('Secret gate-tls in namespace sallyport-system cannot be served with')));
    expect(one.current().cert).toBe(cert);
  });

  test('gives up after five lost races', async () => {
    store.beforeWrite = () => store.put(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'gate-tls', namespace: 'sallyport-system' } });
    await expect(keep()).rejects.toMatchObject({ code: 'conflict' });
    expect(store.requests.filter((request) => request.startsWith('GET'))).toHaveLength(5);
  });
});
