import { expect, test } from 'vitest';
import { goodPod, told } from './pods.ts';

const annotated = (annotations: Record<string, string>) => ({ ...goodPod(), metadata: { name: 'triage', namespace: 'agents', annotations } });

test.each([
  'io.katacontainers.config.hypervisor.path', 'dev.gvisor.spec.mount.data.type', 'io.kubernetes.cri-o.Devices', 'cpu-load-balancing.crio.io', 'irq-load-balancing.crio.io/app',
  'cdi.k8s.io/vendor', 'devices.nri.io/container.app', 'mounts.nri.containerd.io/pod', 'run.oci.handler', 'org.systemd.property.DevicePolicy', 'k8s.v1.cni.cncf.io/networks',
  'v1.multus-cni.io/default-network', 'cni.projectcalico.org/allowedSourcePrefixes', 'io.kubernetes.cri.untrusted-workload',
])('%s is a fault', (name) => {
  expect(told('runtime-annotations', annotated({ [name]: 'x' }))).toEqual([`runtime-annotation metadata.annotations["${name}"]`]);
});

test.each([
  'k8s.v1.cni.cncf.io/network-status', 'cni.projectcalico.org/podIP', 'kubectl.kubernetes.io/restartedAt', 'sallyport.dev/receipt', 'notcrio.io', 'crio.io.example.com/note', 'example.com/io.katacontainers.x',
])('%s is none', (name) => {
  expect(told('runtime-annotations', annotated({ [name]: 'x' }))).toEqual([]);
});

test('a running pod keeps those that it was admitted with, and gets no others', () => {
  const before = annotated({ 'dev.gvisor.a': '1', 'dev.gvisor.b': '1' });
  expect(told('runtime-annotations', annotated({ 'dev.gvisor.a': '1', 'dev.gvisor.b': '2', 'dev.gvisor.c': '1' }), { before })).toEqual([
    'runtime-annotation metadata.annotations["dev.gvisor.b"]', 'runtime-annotation metadata.annotations["dev.gvisor.c"]',
  ]);
});
