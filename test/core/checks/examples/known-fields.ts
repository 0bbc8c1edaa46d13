import { goodPod } from '../pods.ts';
import { type Examples, inEveryPosition, passing, secured } from './example.ts';

const misspelt = { ...goodPod(), spec: { ...goodPod().spec, hostNetworks: true } };

export const knownFields: Examples = {
  pass: { 'documented-fields': passing({ stdin: true, tty: true, imagePullPolicy: 'Always' }) },
  fail: {
    'of-the-pod': { pod: misspelt, faults: ['unknown-field spec.hostNetworks'] },
    ...inEveryPosition('of-a-security-context', secured({ runAsNonroot: true }), 'unknown-field securityContext.runAsNonroot'),
  },
};
