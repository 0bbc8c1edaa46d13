import { goodPod } from '../pods.ts';
import type { Volume } from '../../../../src/core/checks/pod.ts';
import { type Examples, passing } from './example.ts';

const projecting = (token: object) => goodPod({ volumes: [{ name: 'identity', projected: { sources: [{ configMap: { name: 'settings' } }, { serviceAccountToken: token }] } } as Volume] });
const AT = 'spec.volumes[0].projected.sources[1].serviceAccountToken';

export const tokenAudience: Examples = {
  pass: { 'no-token': passing({}) },
  fail: {
    'for-the-controller': { pod: projecting({ path: 'token', audience: 'sallyport' }), faults: [`token-for-controller ${AT}`] },
    'for-the-api-server': { pod: projecting({ path: 'token' }), faults: [`token-for-api-server ${AT}`] },
  },
};
