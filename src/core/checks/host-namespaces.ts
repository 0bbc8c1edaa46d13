import type { Check, Finding } from './check.ts';
import { handlersOf, type PodView } from './view.ts';

/**
 * The pod keeps to its own network, processes and IPC, and nobody makes the kubelet call elsewhere for it.
 *
 *   field                                                                     allowed
 *   spec.hostNetwork, spec.hostPID, spec.hostIPC                              absent, false
 *   containers[*].ports[*].hostPort                                           absent, 0
 *   containers[*].{liveness,readiness,startup}Probe.{httpGet,tcpSocket}.host  absent, ""
 *   containers[*].lifecycle.{postStart,preStop}.{httpGet,tcpSocket}.host      absent, ""
 *
 *   version   change of the standard
 *   v1.34     hosts of probes and hooks are refused
 *
 * Stricter than the standard before v1.34: we refuse such hosts in every version. Source: Pod Security Standards, "Host Namespaces",
 * "Host Ports", "Host Probes / Lifecycle Hooks".
 */
export const hostNamespaces: Check = {
  id: 'host-namespaces',
  title: 'The pod keeps to its own namespaces',
  essential: true,
  review: (view) => [...sharedNamespaces(view), ...hostPorts(view), ...handlerHosts(view)],
};

const SHARED = [
  ['hostNetwork', 'host-network', 'network namespace, where nothing can be captured'],
  ['hostPID', 'host-pid', 'process namespace'],
  ['hostIPC', 'host-ipc', 'IPC namespace'],
] as const;

function sharedNamespaces({ spec }: PodView): Finding[] {
  return SHARED.filter(([name]) => spec[name] === true).map(([name, reason, what]) => ({
    reason,
    field: `spec.${name}`,
    message: `the pod shares the node's ${what}`,
    fix: `remove ${name} or set it to false`,
  }));
}

function hostPorts({ containers }: PodView): Finding[] {
  return containers.flatMap(({ container, field, title }) =>
    (container.ports ?? []).flatMap(({ hostPort }, index) => (hostPort === undefined || hostPort === 0 ? [] : [{
      reason: 'host-port',
      field: `${field}.ports[${index}].hostPort`,
      message: `${title} takes port ${hostPort} of the node`,
      fix: 'remove hostPort; publish the port with a Service',
    }])));
}

function handlerHosts(view: PodView): Finding[] {
  return handlersOf(view).flatMap(({ handler, field, title }) =>
    (['httpGet', 'tcpSocket'] as const).filter((how) => (handler[how]?.host ?? '') !== '').map((how) => ({
      reason: 'handler-host',
      field: `${field}.${how}.host`,
      message: `${title} has the kubelet call another host than the pod`,
      fix: 'remove host: the kubelet then calls the pod itself',
    })));
}
