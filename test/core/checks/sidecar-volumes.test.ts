import { expect, test } from 'vitest';
import { faultsOf, podWith, told } from './pods.ts';

const from = (volumeName: string) => podWith({ env: [{ name: 'A', value: '1' }, { name: 'K', valueFrom: { fileKeyRef: { volumeName, path: 'log', key: 'K' } } }] });

test.each(['sallyport-ca', 'sallyport-token', 'sallyport-journal'])('no file of %s becomes a variable', (volume) => {
  expect(told('sidecar-volumes', from(volume))).toEqual(['sidecar-file spec.containers[0].env[1].valueFrom.fileKeyRef.volumeName']);
});

test('files of the agent\'s own do, and a file of the sidecar\'s is a fault in every profile', () => {
  expect(told('sidecar-volumes', from('settings'))).toEqual([]);
  expect(faultsOf(from('sallyport-journal'))).toMatchObject([{ check: 'sidecar-volumes', weight: 'deny' }]);
});
