import { expect, test } from 'vitest';
import { goodPod, told } from './pods.ts';

test('addresses of the pod\'s own are a fault', () => {
  expect(told('host-aliases', goodPod({ hostAliases: [{ ip: '192.0.2.1', hostnames: ['api.example.com'] }] }))).toEqual(['host-aliases spec.hostAliases']);
  expect(told('host-aliases', goodPod({ hostAliases: [] }))).toEqual([]);
});

test('the pod takes no name of somebody else\'s for its own address', () => {
  expect(told('host-aliases', goodPod({ hostnameOverride: 'api.example.com' }))).toEqual(['hostname-override spec.hostnameOverride']);
  expect(told('host-aliases', goodPod({ hostnameOverride: 'triage' }))).toEqual([]);
});
