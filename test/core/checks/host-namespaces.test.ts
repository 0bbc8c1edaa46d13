import { expect, test } from 'vitest';
import type { Pod } from '../../../src/core/checks/pod.ts';
import { goodContainer, goodPod, podWith, told } from './pods.ts';

const CASES: readonly [sentence: string, pod: Pod, faults: string[]][] = [
  ['a pod on the node\'s network', goodPod({ hostNetwork: true }), ['host-network spec.hostNetwork']],
  ['a pod among the node\'s processes', goodPod({ hostPID: true }), ['host-pid spec.hostPID']],
  ['a pod in the node\'s IPC', goodPod({ hostIPC: true }), ['host-ipc spec.hostIPC']],
  ['all three said to be false', goodPod({ hostNetwork: false, hostPID: false, hostIPC: false }), []],
  ['a port of the node', podWith({ ports: [{ containerPort: 80 }, { containerPort: 81, hostPort: 81 }] }), ['host-port spec.containers[0].ports[1].hostPort']],
  ['a port of the node in an init container', goodPod({ initContainers: [{ ...goodContainer('setup'), ports: [{ hostPort: 5 }] }] }), ['host-port spec.initContainers[3].ports[0].hostPort']],
  ['a host port of zero', podWith({ ports: [{ containerPort: 80, hostPort: 0 }] }), []],
  ['a liveness probe of another host', podWith({ livenessProbe: { httpGet: { host: '192.0.2.1', port: 80 } } }), ['handler-host spec.containers[0].livenessProbe.httpGet.host']],
  ['a readiness probe by TCP of another host', podWith({ readinessProbe: { tcpSocket: { host: 'metadata.example', port: 80 } } }), ['handler-host spec.containers[0].readinessProbe.tcpSocket.host']],
  ['a startup probe of another host', podWith({ startupProbe: { httpGet: { host: '192.0.2.1', port: 80 } } }), ['handler-host spec.containers[0].startupProbe.httpGet.host']],
  ['a hook after start to another host', podWith({ lifecycle: { postStart: { httpGet: { host: '192.0.2.1', port: 80 } } } }), ['handler-host spec.containers[0].lifecycle.postStart.httpGet.host']],
  ['a hook before stop to another host', podWith({ lifecycle: { preStop: { tcpSocket: { host: '192.0.2.1', port: 80 } } } }), ['handler-host spec.containers[0].lifecycle.preStop.tcpSocket.host']],
  ['a probe of the pod itself', podWith({ livenessProbe: { httpGet: { host: '', port: 80 } } }), []],
];

test.each(CASES)('%s', (_sentence, pod, faults) => {
  expect(told('host-namespaces', pod)).toEqual(faults);
});
