import { alsoInEveryPosition, type Examples, inEveryPosition, passing, specWith } from './example.ts';

const asking = (name: string, amount: string) => ({ resources: { limits: { cpu: '500m', memory: '256Mi', 'ephemeral-storage': '1Gi', [name]: amount } } });
const limits = { cpu: '8', memory: '16Gi', ephemeralStorage: '32Gi', gpus: 1, extended: [{ name: 'rdma.example/nic', most: '2' }], resourceClaims: 0 };
const given = { says: 'the profile gives one GPU, and two of rdma.example/nic', profile: { limits } };

export const deviceLimits: Examples = {
  pass: {
    none: passing({}),
    'as-many-gpus-as-the-profile-has': { ...passing(asking('nvidia.com/gpu', '1')), given },
    'as-many-devices-as-the-profile-has': { ...passing(asking('rdma.example/nic', '2')), given },
  },
  fail: {
    ...inEveryPosition('gpu', asking('nvidia.com/gpu', '1'), 'gpu-limit resources.limits["nvidia.com/gpu"]'),
    ...alsoInEveryPosition('device', asking('rdma.example/nic', '1'), 'device-limit resources.limits["rdma.example/nic"]'),
    ...alsoInEveryPosition('huge-pages', asking('hugepages-2Mi', '64Mi'), 'device-limit resources.limits["hugepages-2Mi"]'),
    ...alsoInEveryPosition('no-amount', asking('rdma.example/nic', '-1'), 'device-malformed resources.limits["rdma.example/nic"]'),
    'more-gpus-than-the-profile-has': { ...passing(asking('nvidia.com/gpu', '2')), given, faults: ['gpu-limit spec.containers[0].resources.limits["nvidia.com/gpu"]'] },
    'resource-claim': specWith({ resourceClaims: [{ name: 'device' }] }, 'resource-claim spec.resourceClaims[0]'),
  },
};
