import { alsoInEveryPosition, type Examples, inEveryPosition, passing } from './example.ts';

const mounting = (mountPath: string) => ({ volumeMounts: [{ name: 'data', mountPath }] });

export const systemPaths: Examples = {
  pass: {
    absent: passing({}),
    'folder-of-the-image': passing({ workingDir: '/work', ...mounting('/data'), terminationMessagePath: '/dev/termination-log' }),
    'names-that-only-begin-alike': passing({ workingDir: '/process', ...mounting('/system'), terminationMessagePath: '/etc/hosts.d/x' }),
  },
  fail: {
    ...inEveryPosition('starts-in-proc', { workingDir: '/proc/self/fd/8' }, 'working-directory workingDir'),
    ...alsoInEveryPosition('starts-in-proc-by-a-detour', { workingDir: '/srv/../proc//self' }, 'working-directory workingDir'),
    ...alsoInEveryPosition('mounts-over-proc', mounting('/proc/self'), 'mount-path volumeMounts[0].mountPath'),
    ...alsoInEveryPosition('mounts-over-sys', mounting('/sys'), 'mount-path volumeMounts[0].mountPath'),
    ...inEveryPosition('message-over-the-resolver', { terminationMessagePath: '/etc/resolv.conf' }, 'termination-message terminationMessagePath'),
  },
};
