import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences } from '../../../src/core/checks/differences.ts';
import { SIDECAR_CONTAINERS, SIDECAR_VOLUMES } from '../../../src/core/checks/sidecar.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { listenersFor } from '../../../src/core/injection/settings.ts';
import { goodContainer, goodPod, podSecuredBy, podWith, SETTINGS } from '../checks/pods.ts';
import { anyPod } from './generated-pods.ts';

const injected = (pod = goodPod()) => inject(pod, SETTINGS).spec;
const app = (pod = goodPod()) => injected(pod).containers[0]!;

describe('injection, over hostile pods', () => {
  test('is idempotent', () => {
    fc.assert(fc.property(anyPod, (pod) => {
      const once = inject(pod, SETTINGS);
      expect(differences(inject(once, SETTINGS), once)).toEqual([]);
    }), { numRuns: 1000 });
  });

  test('puts ours first, once, and as they would be in an empty pod', () => {
    const pristine = injected();
    fc.assert(fc.property(anyPod, (pod) => {
      const spec = injected(pod);
      expect(spec.initContainers!.slice(0, 3)).toEqual(pristine.initContainers);
      const names = [...spec.initContainers!, ...spec.containers].map(({ name }) => name).filter((name) => SIDECAR_CONTAINERS.has(name));
      expect(names).toEqual([...SIDECAR_CONTAINERS]);
      const ours = spec.volumes!.filter(({ name }) => SIDECAR_VOLUMES.has(name));
      expect(ours.map(({ name }) => name).sort()).toEqual([...SIDECAR_VOLUMES].sort());
      expect(ours.every((volume) => pristine.volumes!.some((one) => differences(volume, one).length === 0))).toBe(true);
    }), { numRuns: 500 });
  });

  test('leaves the agent\'s containers none of our volumes but the CA, read-only, once', () => {
    fc.assert(fc.property(anyPod, (pod) => {
      const spec = injected(pod);
      for (const container of [...spec.initContainers!.slice(3), ...spec.containers]) {
        const ours = container.volumeMounts!.filter(({ name }) => SIDECAR_VOLUMES.has(name));
        expect(ours).toEqual([{ name: 'sallyport-ca', mountPath: '/var/run/sallyport', readOnly: true }]);
      }
    }), { numRuns: 500 });
  });

  test('changes nothing else', () => {
    fc.assert(fc.property(anyPod, (pod) => {
      const before = structuredClone(pod);
      const after = inject(pod, SETTINGS);
      expect(pod).toEqual(before);
      expect(after.metadata).toBe(pod.metadata);
      expect([after.spec.restartPolicy, after.spec.hostNetwork]).toEqual([pod.spec.restartPolicy, pod.spec.hostNetwork]);
      const images = (list: typeof pod.spec.initContainers) => (list ?? []).filter(({ name }) => !SIDECAR_CONTAINERS.has(name)).map(({ name, image }) => [name, image]);
      expect(images(after.spec.containers)).toEqual(images(pod.spec.containers));
      expect(images(after.spec.initContainers)).toEqual(images(pod.spec.initContainers));
    }), { numRuns: 500 });
  });
});

describe('the environment of the agent\'s containers', () => {
  test('names the proxy and its CA for the common runtimes', () => {
    expect(Object.fromEntries(app().env!.map(({ name, value }) => [name, value]))).toEqual({
      HTTP_PROXY: 'http://127.0.0.1:15001', HTTPS_PROXY: 'http://127.0.0.1:15001', NO_PROXY: 'localhost,127.0.0.1,::1',
      http_proxy: 'http://127.0.0.1:15001', https_proxy: 'http://127.0.0.1:15001', no_proxy: 'localhost,127.0.0.1,::1',
      NODE_USE_ENV_PROXY: '1', SSL_CERT_FILE: '/var/run/sallyport/ca.crt', NODE_EXTRA_CA_CERTS: '/var/run/sallyport/ca.crt', REQUESTS_CA_BUNDLE: '/var/run/sallyport/ca.crt',
      CURL_CA_BUNDLE: '/var/run/sallyport/ca.crt', GIT_SSL_CAINFO: '/var/run/sallyport/ca.crt', PIP_CERT: '/var/run/sallyport/ca.crt', AWS_CA_BUNDLE: '/var/run/sallyport/ca.crt',
      DENO_CERT: '/var/run/sallyport/ca.crt', CARGO_HTTP_CAINFO: '/var/run/sallyport/ca.crt', GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: '/var/run/sallyport/ca.crt',
    });
  });

  test('keeps what is set, in its order, set empty or from elsewhere too', () => {
    const own = [{ name: 'NO_PROXY', value: '' }, { name: 'HTTP_PROXY', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }];
    expect(app(podWith({ env: own })).env!.slice(0, 2)).toEqual(own);
    expect(app(podWith({ env: own })).env!.filter(({ name }) => name === 'HTTP_PROXY')).toHaveLength(1);
  });

  test('is that of the init containers as well', () => {
    expect(injected(goodPod({ initContainers: [goodContainer('setup')] })).initContainers![3]!.env).toHaveLength(17);
  });
});

describe('safe defaults', () => {
  test('are filled in where nothing is said', () => {
    const { securityContext: _, ...bare } = goodContainer();
    const spec = injected(goodPod({ containers: [bare] }));
    expect(spec.containers[0]!.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
    expect(spec.securityContext).toEqual({ seccompProfile: { type: 'RuntimeDefault' } });
    expect(spec.enableServiceLinks).toBe(false);
  });

  test('never overrule what is said, so that the review can', () => {
    const said = { allowPrivilegeEscalation: true, capabilities: { drop: ['NET_RAW'], add: ['NET_ADMIN'] } };
    expect(app(podSecuredBy(said)).securityContext).toMatchObject(said);
    expect(injected(goodPod({ securityContext: { seccompProfile: { type: 'Unconfined' } } })).securityContext).toEqual({ seccompProfile: { type: 'Unconfined' } });
  });

  test.each([[{ privileged: true }], [{ capabilities: { add: ['SYS_ADMIN'] } }], [{ capabilities: { add: ['CAP_SYS_ADMIN'] } }]])('do not make a pod invalid before it can be refused: %j', (said) => {
    expect(app(podSecuredBy({ ...said, allowPrivilegeEscalation: undefined })).securityContext).not.toHaveProperty('allowPrivilegeEscalation');
  });
});

describe('the resolver', () => {
  test('is the proxy, with the search paths of an ordinary pod of the namespace', () => {
    expect(injected()).toMatchObject({
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['127.0.0.1'], searches: ['agents.svc.cluster.local', 'svc.cluster.local', 'cluster.local'], options: [{ name: 'ndots', value: '5' }] },
    });
  });
});

describe('mounts', () => {
  test('of another injector after ours stay after ours, and before ours before', () => {
    const ours = { name: 'sallyport-ca', mountPath: '/var/run/sallyport', readOnly: true };
    const [before, after] = [{ name: 'a', mountPath: '/a' }, { name: 'b', mountPath: '/b' }];
    expect(app(podWith({ volumeMounts: [before, ours, after] })).volumeMounts).toEqual([before, ours, after]);
  });
});

describe('listeners of captured ports', () => {
  test('are fixed for 443 and 80, and count up for the rest', () => {
    expect(listenersFor([5432, 443, 22, 80, 22])).toEqual([
      { port: 22, listener: 15100 }, { port: 80, listener: 15003 }, { port: 443, listener: 15002 }, { port: 5432, listener: 15101 },
    ]);
  });
});
