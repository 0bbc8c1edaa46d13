import { type Examples, inEveryPosition, passing } from './example.ts';

const from = (volumeName: string) => ({ env: [{ name: 'SETTING', valueFrom: { fileKeyRef: { volumeName, path: 'token', key: 'token' } } }] });

export const sidecarVolumes: Examples = {
  pass: { absent: passing({}), 'own-volume': passing(from('data')) },
  fail: inEveryPosition('token', from('sallyport-token'), 'sidecar-file env[0].valueFrom.fileKeyRef.volumeName'),
};
