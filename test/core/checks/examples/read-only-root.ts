import { alsoInEveryPosition, type Examples, inEveryPosition, passing, secured } from './example.ts';

const FAULT = 'root-writable securityContext.readOnlyRootFilesystem';

export const readOnlyRoot: Examples = {
  pass: { 'read-only': passing({}) },
  fail: {
    ...inEveryPosition('writable', secured({ readOnlyRootFilesystem: false }), FAULT),
    ...alsoInEveryPosition('absent', secured({ readOnlyRootFilesystem: undefined }), FAULT),
  },
};
