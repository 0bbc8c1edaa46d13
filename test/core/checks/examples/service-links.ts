import { type Examples, passing, specWith } from './example.ts';

export const serviceLinks: Examples = {
  pass: { 'said-to-be-false': passing({}) },
  fail: { 'said-to-be-true': specWith({ enableServiceLinks: true }, 'service-links spec.enableServiceLinks') },
};
