import { expect, test } from 'vitest';
import { goodContainer, goodPod, told } from './pods.ts';

test('an ephemeral container is a fault, however well it behaves and whatever its name', () => {
  const pod = goodPod({ ephemeralContainers: [goodContainer('debugger'), goodContainer('sallyport-proxy')] });
  expect(told('ephemeral-containers', pod)).toEqual(['ephemeral-container spec.ephemeralContainers[0]', 'ephemeral-container spec.ephemeralContainers[1]']);
});
