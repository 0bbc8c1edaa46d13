import { type Examples, passing, specWith } from './example.ts';

export const tolerations: Examples = {
  pass: { absent: passing({}), 'of-a-kind-of-nodes': { pod: specWith({ tolerations: [{ key: 'node.example.com/agents', operator: 'Exists' }] }).pod } },
  fail: {
    everything: specWith({ tolerations: [{ operator: 'Exists' }] }, 'tolerates-everything spec.tolerations[0]'),
    'control-plane': specWith({ tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' }] }, 'tolerates-control-plane spec.tolerations[0]'),
    'control-plane-by-its-old-name': specWith({ tolerations: [{ key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' }] }, 'tolerates-control-plane spec.tolerations[0]'),
  },
};
