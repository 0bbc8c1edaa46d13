import { afterEach, expect, test, vi } from 'vitest';
import { type Exemptions, watchExemptions } from '../../../src/adapters/kube/exemptions.ts';
import { KubeStore } from '../../fakes/kube-store.ts';

const PATH = '/apis/sallyport.dev/v1alpha1/namespaces/sallyport-system/exemptions';

const exemption = (name: string, spec: object = {}) => ({
  apiVersion: 'sallyport.dev/v1alpha1',
  kind: 'Exemption',
  metadata: { name, namespace: 'sallyport-system', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { subject: { namespace: 'agents', pod: 'triage' }, checks: ['seccomp'], reason: 'a crash', requestedBy: 'ada', expires: '2026-01-20T00:00:00Z', ...spec },
});

let exemptions: Exemptions;
let clock = 1_000;

afterEach(() => exemptions.stop());

test('exemptions are read where the system lives and nowhere else, and one that cannot be read exempts nobody', async () => {
  const store = new KubeStore();
  store.put(`${PATH}/good`, exemption('good'));
  store.put(`${PATH}/timeless`, { ...exemption('timeless'), metadata: { name: 'timeless', namespace: 'sallyport-system' } });
  store.put(`${PATH}/broken`, exemption('broken', { checks: ['*'] }));
  store.put(`${PATH.replace('sallyport-system', 'agents')}/elsewhere`, exemption('elsewhere'));
  exemptions = watchExemptions({ client: store.client, now: () => clock, random: () => 0 });
  expect(exemptions.all()).toEqual({ known: false, sentence: 'The exemptions have not been listed yet; try again.' });
  await vi.waitFor(() => expect(exemptions.synced).toBe(true));
  expect(exemptions.all()).toMatchObject({ known: true, value: [{ metadata: { name: 'good', creationTimestamp: '2026-01-01T00:00:00Z' } }] });
  await new Promise((resolve) => setImmediate(resolve));
  clock += 80_000;
  expect(exemptions.all()).toEqual({ known: false, sentence: 'The exemptions may have changed: nothing was heard of them for 80 s; see that the webhook reaches the API server, and try again.' });
});
