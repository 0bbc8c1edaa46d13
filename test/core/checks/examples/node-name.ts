import { type Examples, passing, specWith } from './example.ts';

export const nodeName: Examples = {
  pass: { absent: passing({}), empty: { pod: specWith({ nodeName: '' }).pod } },
  fail: { chosen: specWith({ nodeName: 'node-1' }, 'node-name spec.nodeName') },
};
