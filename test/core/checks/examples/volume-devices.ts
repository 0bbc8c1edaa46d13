import { type Examples, inEveryPosition, passing } from './example.ts';

export const volumeDevices: Examples = {
  pass: { absent: passing({}), 'empty-list': passing({ volumeDevices: [] }) },
  fail: inEveryPosition('device', { volumeDevices: [{ name: 'data', devicePath: '/dev/xvda' }] }, 'volume-device volumeDevices[0]'),
};
