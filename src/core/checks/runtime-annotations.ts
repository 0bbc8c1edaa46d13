import { quoted } from '../terms/quote.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import type { PodView } from './view.ts';

/**
 * No annotation has the container runtime or the network of the node set up another sandbox than the spec says.
 *
 *   field                      allowed
 *   metadata.annotations       none that begins with cdi.k8s.io/, dev.gvisor., io.katacontainers., io.kubernetes.cri-o., io.kubernetes.cri.,
 *                              org.systemd.property. or run.oci.; none of crio.io, nri.io or nri.containerd.io; and none of
 *                              k8s.v1.cni.cncf.io/networks, v1.multus-cni.io/default-network, cni.projectcalico.org/allowedSourcePrefixes,
 *                              cni.projectcalico.org/ipAddrsNoIpam, networking.gke.io/interfaces and networking.gke.io/default-interface
 *
 * They name devices, mounts, hypervisors and further network interfaces, which no field of the pod shows. Whether a node heeds them is its
 * administrator's setting, of which nothing is known here. On an update only those count that are new or have another value.
 */
export const runtimeAnnotations: Check = {
  id: 'runtime-annotations',
  title: 'No annotation sets up another sandbox',
  essential: false,
  onRelabel: true,
  review: (view, context) => findings(view, context),
};

const PREFIXES = ['cdi.k8s.io/', 'dev.gvisor.', 'io.katacontainers.', 'io.kubernetes.cri-o.', 'io.kubernetes.cri.', 'org.systemd.property.', 'run.oci.'];
/** The part of a name before its slash, or all of a name without one, is this domain or below it. */
const DOMAIN = /^(?:[^/]*\.)?(?:crio\.io|nri\.io|nri\.containerd\.io)(?:$|\/)/;
const NAMES: ReadonlySet<string> = new Set([
  'k8s.v1.cni.cncf.io/networks', 'v1.multus-cni.io/default-network', 'cni.projectcalico.org/allowedSourcePrefixes', 'cni.projectcalico.org/ipAddrsNoIpam',
  'networking.gke.io/interfaces', 'networking.gke.io/default-interface',
]);

function findings({ metadata: { annotations = {} } }: PodView, { before }: CheckContext): Finding[] {
  const old = before?.metadata?.annotations ?? {};
  return Object.entries(annotations).filter(([name, value]) => isForTheNode(name) && !(Object.hasOwn(old, name) && old[name] === value)).map(([name]) => ({
    reason: 'runtime-annotation',
    field: `metadata.annotations[${quoted(name)}]`,
    message: 'the annotation tells the node to set up the sandbox in another way than the spec',
    fix: 'remove it; have what it sets made a runtime class or a setting of the node',
  }));
}

/** Whether an annotation of this name says to the node how to set up the pod. */
export function isForTheNode(name: string): boolean {
  return NAMES.has(name) || DOMAIN.test(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
}
