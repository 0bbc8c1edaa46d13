import { alsoInEveryPosition, type Examples, inEveryPosition, passing, specWith } from './example.ts';

const limits = (changes: object) => ({ resources: { limits: { cpu: '500m', memory: '256Mi', 'ephemeral-storage': '1Gi', ...changes } } });
const AT = 'resources.limits';

const { 'absent-ephemeral': _, ...absent } = inEveryPosition('absent', { resources: undefined }, `limit-missing ${AT}.cpu`, `limit-missing ${AT}.memory`, `limit-missing ${AT}.ephemeral-storage`);

export const resourceLimits: Examples = {
  pass: { limited: passing({}), 'as-much-as-the-profile-has': passing(limits({ cpu: '8', memory: '16Gi', 'ephemeral-storage': '32Gi' })) },
  fail: {
    ...absent,
    ...alsoInEveryPosition('too-much-cpu', limits({ cpu: '8001m' }), `limit-too-high ${AT}.cpu`),
    ...alsoInEveryPosition('too-much-memory', limits({ memory: '17Gi' }), `limit-too-high ${AT}.memory`),
    ...alsoInEveryPosition('too-much-storage', limits({ 'ephemeral-storage': '1Ti' }), `limit-too-high ${AT}.ephemeral-storage`),
    'shared-by-the-pod': specWith({ resources: { limits: { cpu: '1', memory: '1Gi' } } }, 'pod-limit spec.resources.limits.cpu', 'pod-limit spec.resources.limits.memory'),
    ...alsoInEveryPosition('no-amount', limits({ cpu: '0' }), `limit-malformed ${AT}.cpu`),
  },
};
