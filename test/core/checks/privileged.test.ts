import { expect, test } from 'vitest';
import { goodContainer, goodPod, podSecuredBy, told } from './pods.ts';

const bad = (name: string) => ({ ...goodContainer(name), securityContext: { ...goodContainer().securityContext, privileged: true } });

test('a privileged container is a fault, in every position', () => {
  const pod = goodPod({
    containers: [goodContainer(), bad('two')],
    initContainers: [bad('setup'), { ...bad('helper'), restartPolicy: 'Always' }],
    ephemeralContainers: [bad('debugger')],
  });
  expect(told('privileged', pod)).toEqual([
    'privileged spec.initContainers[3].securityContext.privileged',
    'privileged spec.initContainers[4].securityContext.privileged',
    'privileged spec.containers[1].securityContext.privileged',
    'privileged spec.ephemeralContainers[0].securityContext.privileged',
  ]);
});

test('privileged: false and no word of it pass', () => {
  expect(told('privileged', podSecuredBy({ privileged: false }))).toEqual([]);
  expect(told('privileged', podSecuredBy({ privileged: undefined }))).toEqual([]);
});
