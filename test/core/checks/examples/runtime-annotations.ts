import { type Examples, type Failing, passing, withMetadata } from './example.ts';

const annotated = (name: string): Failing => ({ pod: withMetadata({ annotations: { [name]: 'x' } }), faults: [`runtime-annotation metadata.annotations["${name}"]`] });
const REFUSED = [
  'cdi.k8s.io/device', 'dev.gvisor.spec.mount.data.source', 'io.katacontainers.config.hypervisor.path', 'io.kubernetes.cri-o.userns-mode', 'org.systemd.property.CPUQuota',
  'run.oci.keep_original_groups', 'nri.io/device', 'k8s.v1.cni.cncf.io/networks', 'v1.multus-cni.io/default-network', 'networking.gke.io/interfaces',
];

export const runtimeAnnotations: Examples = {
  pass: {
    absent: passing({}),
    'of-another-tool': { pod: annotated('tool.example.com/note').pod },
    'already-there': { pod: annotated('nri.io/device').pod, given: { says: 'the annotation was there before', before: annotated('nri.io/device').pod } },
  },
  fail: Object.fromEntries(REFUSED.map((name) => [name.replaceAll(/[^A-Za-z0-9]+/g, '-').toLowerCase(), annotated(name)])),
};
