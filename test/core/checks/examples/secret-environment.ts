import { alsoInEveryPosition, type Examples, inEveryPosition, passing } from './example.ts';

export const secretEnvironment: Examples = {
  pass: { 'plain-variable': passing({ env: [{ name: 'MODE', value: 'fast' }] }), 'from-a-config-map': passing({ envFrom: [{ configMapRef: { name: 'settings' } }] }) },
  fail: {
    ...inEveryPosition('variable', { env: [{ name: 'SETTING', valueFrom: { secretKeyRef: { name: 'settings', key: 'mode' } } }] }, 'secret-environment env[0].valueFrom.secretKeyRef'),
    ...alsoInEveryPosition('all-keys', { envFrom: [{ secretRef: { name: 'settings' } }] }, 'secret-environment envFrom[0].secretRef'),
  },
};
