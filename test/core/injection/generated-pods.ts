import * as fc from 'fast-check';
import type { Container, Pod } from '../../../src/core/checks/pod.ts';
import { SIDECAR_CONTAINERS, SIDECAR_VOLUMES } from '../../../src/core/checks/sidecar.ts';

const optional = { requiredKeys: ['name'] as ['name'] };
const volumeName = fc.constantFrom(...SIDECAR_VOLUMES, 'data', 'tmp');
const mountPath = fc.constantFrom('/data', 'var/run/sallyport', '/var/run/x/../sallyport', '/tmp', '/var/run/sallyport', '/var/run/sallyport/', '/var//run/sallyport', '/var/run/secrets/sallyport', '/');
const mount = fc.record({ name: volumeName, mountPath, readOnly: fc.boolean() }, { requiredKeys: ['name', 'mountPath'] });
const variable = fc.record({ name: fc.constantFrom('HTTP_PROXY', 'https_proxy', 'SSL_CERT_FILE', 'PATH', 'A'), value: fc.string() }, optional);
const securityContext = fc.record({
  privileged: fc.boolean(),
  allowPrivilegeEscalation: fc.boolean(),
  runAsUser: fc.constantFrom(0, 1000, 14141),
  capabilities: fc.record({ add: fc.subarray(['NET_ADMIN', 'SYS_ADMIN']), drop: fc.subarray(['ALL', 'NET_RAW']) }, { requiredKeys: [] }),
}, { requiredKeys: [] });

const container: fc.Arbitrary<Container> = fc.record({
  name: fc.constantFrom(...SIDECAR_CONTAINERS, 'app', 'other'),
  image: fc.constantFrom('a', 'b'),
  restartPolicy: fc.constant('Always'),
  env: fc.array(variable, { maxLength: 4 }),
  volumeMounts: fc.array(mount, { maxLength: 4 }),
  securityContext,
}, optional);

const volume = fc.tuple(volumeName, fc.constantFrom({ emptyDir: {} }, { secret: { secretName: 's' } }, {})).map(([name, source]) => ({ name, ...source }));

/** Pods as hostile as the injector may meet: our names on other people's things, our mounts in their containers, members missing. */
export const anyPod: fc.Arbitrary<Pod> = fc.record({
  metadata: fc.record({ namespace: fc.constantFrom('agents', 'lab'), name: fc.constant('p') }, { requiredKeys: [] }),
  spec: fc.record({
    containers: fc.array(container, { minLength: 1, maxLength: 3 }),
    initContainers: fc.array(container, { maxLength: 4 }),
    volumes: fc.array(volume, { maxLength: 5 }),
    securityContext: fc.record({ seccompProfile: fc.constant({ type: 'Unconfined' }), fsGroup: fc.constant(5) }, { requiredKeys: [] }),
    enableServiceLinks: fc.boolean(),
    dnsPolicy: fc.constantFrom('ClusterFirst', 'Default'),
    dnsConfig: fc.constant({ nameservers: ['192.0.2.53'] }),
    restartPolicy: fc.constantFrom('Never', 'Always'),
    hostNetwork: fc.boolean(),
  }, { requiredKeys: ['containers'] }),
}, { requiredKeys: ['spec'] });
