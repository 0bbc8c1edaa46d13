import { expect, test } from 'vitest';
import { podSecuredBy, told } from './pods.ts';

test.each([[false], [undefined]])('a root file system that is read-only: %s is a fault', (readOnlyRootFilesystem) => {
  expect(told('read-only-root', podSecuredBy({ readOnlyRootFilesystem }))).toEqual(['root-writable spec.containers[0].securityContext.readOnlyRootFilesystem']);
});
