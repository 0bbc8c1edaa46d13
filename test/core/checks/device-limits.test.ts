import { expect, test } from 'vitest';
import { CONTAINED, faultsOf, goodContainer, goodPod, podWith, told } from './pods.ts';

type Limits = typeof CONTAINED.spec.limits;
const LIMITS = { cpu: '500m', memory: '256Mi', 'ephemeral-storage': '1Gi' };
const with_ = (devices: Record<string, string | number>, name = 'app') => ({ ...goodContainer(name), resources: { limits: { ...LIMITS, ...devices } } });
const giving = (changes: Partial<Limits>) => ({ profile: { ...CONTAINED, spec: { ...CONTAINED.spec, limits: { ...CONTAINED.spec.limits, ...changes } } } });
const at = (name: string, list = 'containers[0]') => `spec.${list}.resources.limits["${name}"]`;

test.each([
  'nvidia.com/gpu', 'nvidia.com/gpu.shared', 'nvidia.com/mig-1g.5gb', 'amd.com/gpu', 'gpu.intel.com/i915', 'google.com/tpu', 'aws.amazon.com/neuroncore', 'habana.ai/gaudi', 'huawei.com/Ascend910',
])('%s is a GPU, of which the built-in profiles give none', (name) => {
  expect(told('device-limits', goodPod({ containers: [with_({ [name]: 1 })] }))).toEqual([`gpu-limit ${at(name)}`]);
  expect(told('device-limits', goodPod({ containers: [with_({ [name]: '1' })] }), giving({ gpus: 1 }))).toEqual([]);
});

test.each(['rdma/hca', 'vendor.example/fpga', 'devices.kubevirt.io/kvm', 'smarter-devices/fuse', 'hugepages-2Mi'])('%s has to be listed', (name) => {
  const pod = goodPod({ containers: [with_({ [name]: '2' })] });
  expect(told('device-limits', pod, giving({ gpus: 8 }))).toEqual([`device-limit ${at(name)}`]);
  expect(told('device-limits', pod, giving({ extended: [{ name, most: '2' }] }))).toEqual([]);
  expect(told('device-limits', pod, giving({ extended: [{ name, most: '1' }] }))).toEqual([`device-limit ${at(name)}`]);
});

test('containers count together, init containers that end by themselves', () => {
  const gpu = { 'nvidia.com/gpu': 1 };
  const other = { 'amd.com/gpu': 1 };
  expect(told('device-limits', goodPod({ containers: [with_(gpu), with_(gpu, 'b')] }), giving({ gpus: 1 }))).toEqual([`gpu-limit ${at('nvidia.com/gpu')}`]);
  expect(told('device-limits', goodPod({ containers: [with_(gpu), with_(other, 'b')] }), giving({ gpus: 1 }))).toEqual([`gpu-limit ${at('nvidia.com/gpu')}`]);
  expect(told('device-limits', goodPod({ containers: [with_(gpu)], initContainers: [with_(gpu, 'a'), with_(gpu, 'b')] }), giving({ gpus: 1 }))).toEqual([]);
  expect(told('device-limits', goodPod({ initContainers: [with_({ 'nvidia.com/gpu': 2 }, 'a')] }), giving({ gpus: 1 }))).toEqual([`gpu-limit ${at('nvidia.com/gpu', 'initContainers[3]')}`]);
  expect(told('device-limits', goodPod({ containers: [with_(gpu)], initContainers: [{ ...with_(gpu, 'a'), restartPolicy: 'Always' }] }), giving({ gpus: 1 }))).toEqual([`gpu-limit ${at('nvidia.com/gpu', 'initContainers[3]')}`]);
});

test('a kind of GPU that is listed by name counts as that', () => {
  const pod = goodPod({ containers: [with_({ 'nvidia.com/mig-1g.5gb': 2 })] });
  expect(told('device-limits', pod, giving({ extended: [{ name: 'nvidia.com/mig-1g.5gb', most: '2' }] }))).toEqual([]);
});

test('requests without limits count, and amounts that are none are refused', () => {
  expect(told('device-limits', podWith({ resources: { limits: LIMITS, requests: { 'nvidia.com/gpu': '3' } } }), giving({ gpus: 2 }))).toEqual([`gpu-limit ${at('nvidia.com/gpu')}`]);
  expect(told('device-limits', goodPod({ containers: [with_({ 'nvidia.com/gpu': 'many' })] }), giving({ gpus: 2 }))).toEqual([`device-malformed ${at('nvidia.com/gpu')}`]);
  expect(told('device-limits', podWith({ resources: { limits: { 'nvidia.com/gpu': 'many' }, requests: { 'nvidia.com/gpu': '1' } } }), giving({ gpus: 2 }))).toEqual([`device-malformed ${at('nvidia.com/gpu')}`]);
  expect(told('device-limits', goodPod({ containers: [with_({ 'nvidia.com/gpu': '0' })] }))).toEqual([]);
});

test('the pod as a whole gets no huge pages either', () => {
  expect(told('device-limits', goodPod({ resources: { limits: { 'hugepages-2Mi': '2Mi' } } }))).toEqual(['device-limit spec.resources.limits["hugepages-2Mi"]']);
});

test('claims of devices are counted', () => {
  const pod = goodPod({ resourceClaims: [{ name: 'a' }, { name: 'b' }] });
  expect(told('device-limits', pod)).toEqual(['resource-claim spec.resourceClaims[0]']);
  expect(told('device-limits', pod, giving({ resourceClaims: 1 }))).toEqual(['resource-claim spec.resourceClaims[1]']);
  expect(told('device-limits', pod, giving({ resourceClaims: 2 }))).toEqual([]);
});

const fixOf = (pod: ReturnType<typeof goodPod>, context = {}) => faultsOf(pod, context).map(({ message, fix }) => `${message}: ${fix}`);

test('what may be done is told', () => {
  const [gpu, nic, claim] = [goodPod({ containers: [with_({ 'nvidia.com/gpu': 4 })] }), goodPod({ containers: [with_({ 'vendor.example/nic': 4 })] }), goodPod({ resourceClaims: [{ name: 'a' }, { name: 'b' }] })];
  expect(fixOf(gpu)).toEqual(['the pod asks for more than 0 GPUs of all kinds: remove it; the profile gives no GPU']);
  expect(fixOf(gpu, giving({ gpus: 2 }))).toEqual(['the pod asks for more than 2 GPUs of all kinds: ask for at most 2 in all containers together']);
  expect(fixOf(nic)).toEqual(['the pod asks for more of "vendor.example/nic" than the profile gives it: remove it; the profile lists no such resource']);
  expect(fixOf(nic, giving({ extended: [{ name: 'vendor.example/nic', most: '2' }] }))).toEqual(['the pod asks for more of "vendor.example/nic" than the profile gives it: ask for at most 2 in all containers together']);
  expect(fixOf(claim)).toEqual(['the pod claims more than 0 devices, whatever they may be: remove resourceClaims; the profile gives no devices']);
  expect(fixOf(claim, giving({ resourceClaims: 1 }))).toEqual(['the pod claims more than 1 devices, whatever they may be: claim at most 1']);
});

test('cpu and memory are no devices', () => {
  expect(told('device-limits', goodPod())).toEqual([]);
});
