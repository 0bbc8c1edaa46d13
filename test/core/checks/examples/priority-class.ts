import { type Examples, passing, specWith } from './example.ts';

export const priorityClass: Examples = {
  pass: { absent: passing({}), 'own-class': { pod: specWith({ priorityClassName: 'agents', priority: 1000 }).pod } },
  fail: {
    'cluster-critical': specWith({ priorityClassName: 'system-cluster-critical' }, 'priority-class spec.priorityClassName'),
    'node-critical': specWith({ priorityClassName: 'system-node-critical' }, 'priority-class spec.priorityClassName'),
    'priority-of-the-gates': specWith({ priority: 1_000_000_000 }, 'priority-class spec.priority'),
    'priority-of-the-critical': specWith({ priority: 2_000_000_000 }, 'priority-class spec.priority'),
  },
};
