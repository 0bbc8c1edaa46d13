import { expect, test } from 'vitest';
import { podWith, told } from './pods.ts';

test('a raw block device is a fault', () => {
  expect(told('volume-devices', podWith({ volumeDevices: [{ name: 'disk', devicePath: '/dev/xvda' }] }))).toEqual(['volume-device spec.containers[0].volumeDevices[0]']);
  expect(told('volume-devices', podWith({ volumeDevices: [] }))).toEqual([]);
});
