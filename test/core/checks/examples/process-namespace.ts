import { type Examples, passing, specWith } from './example.ts';

export const processNamespace: Examples = {
  pass: { absent: passing({}), 'said-to-be-false': { pod: specWith({ shareProcessNamespace: false }).pod } },
  fail: { shared: specWith({ shareProcessNamespace: true }, 'process-namespace-shared spec.shareProcessNamespace') },
};
