import { expect, test } from 'vitest';
import { podWith, told } from './pods.ts';

const AT = 'spec.containers[0]';

test.each([
  ['/proc/self/fd/7', 1], ['/proc', 1], ['//proc//self', 1], ['/srv/../proc/self', 1], ['proc/self', 1], ['/dev/fd/7', 1], ['/sys/fs/cgroup', 1],
  ['/processes', 0], ['/srv/proc', 0], ['/dev/shm', 0], ['/', 0], ['', 0],
])('starting in %j: %i faults', (workingDir, faults) => {
  expect(told('system-paths', podWith({ workingDir }))).toEqual(Array.from({ length: faults }, () => `working-directory ${AT}.workingDir`));
});

test.each([['/proc', 1], ['/proc/sys/kernel', 1], ['sys', 1], ['/data/../sys/fs', 1], ['/proc/', 1], ['/dev/shm', 0], ['/system', 0], ['/data/proc', 0]])('mounting over %j: %i faults', (mountPath, faults) => {
  expect(told('system-paths', podWith({ volumeMounts: [{ name: 'data', mountPath }] }))).toEqual(Array.from({ length: faults }, () => `mount-path ${AT}.volumeMounts[0].mountPath`));
});

test.each([
  ['/proc/self/x', 1], ['/sys', 1], ['/var/run/sallyport/ca.crt', 1], ['/run/sallyport', 1], ['/etc/hosts', 1], ['/etc//resolv.conf', 1], ['/srv/../etc/resolv.conf', 1],
  ['/dev/termination-log', 0], ['/etc/hosts.d', 0], ['/var/run/sallyport-other', 0], ['', 0],
])('a termination message at %j: %i faults', (terminationMessagePath, faults) => {
  expect(told('system-paths', podWith({ terminationMessagePath }))).toEqual(Array.from({ length: faults }, () => `termination-message ${AT}.terminationMessagePath`));
});
