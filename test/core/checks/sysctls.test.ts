import { expect, test } from 'vitest';
import { goodPod, told } from './pods.ts';

test('kernel parameters of the network are faults, safe for Pod Security or not', () => {
  const pod = goodPod({ securityContext: { sysctls: [{ name: 'kernel.shm_rmid_forced', value: '1' }, { name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }, { name: 'net.ipv4.conf.all.route_localnet', value: '0' }] } });
  expect(told('sysctls', pod)).toEqual(['sysctl spec.securityContext.sysctls[1].name', 'sysctl spec.securityContext.sysctls[2].name']);
});
