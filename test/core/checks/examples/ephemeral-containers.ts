import { goodContainer } from '../pods.ts';
import { type Examples, passing, specWith } from './example.ts';

export const ephemeralContainers: Examples = {
  pass: { absent: passing({}), 'empty-list': { pod: specWith({ ephemeralContainers: [] }).pod } },
  fail: {
    debugger: specWith({ ephemeralContainers: [goodContainer('debugger')] }, 'ephemeral-container spec.ephemeralContainers[0]'),
    'under-our-name': specWith({ ephemeralContainers: [goodContainer('sallyport-proxy')] }, 'ephemeral-container spec.ephemeralContainers[0]'),
  },
};
