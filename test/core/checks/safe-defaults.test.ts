import { describe, expect, test } from 'vitest';
import type { Container, Pod } from '../../../src/core/checks/pod.ts';
import { safeContext, withSafeDefaults } from '../../../src/core/checks/safe-defaults.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { SETTINGS } from './pods.ts';

const podOf = (...containers: Container[]): Pod => ({ spec: { containers } });

describe('what can be filled in without changing what programs do', () => {
  test.each([
    ['everything where nothing is said', {}, { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }],
    ['not over what the manifest says', { allowPrivilegeEscalation: true, capabilities: { drop: ['NET_RAW'] } }, { allowPrivilegeEscalation: true, capabilities: { drop: ['NET_RAW'] } }],
    ['not what the API server would refuse beside privileged', { privileged: true }, { privileged: true, capabilities: { drop: ['ALL'] } }],
    ['not what it would refuse beside CAP_SYS_ADMIN', { capabilities: { add: ['CAP_SYS_ADMIN'] } }, { capabilities: { add: ['CAP_SYS_ADMIN'], drop: ['ALL'] } }],
  ])('%s', (_, own, expected) => {
    expect(safeContext(own)).toEqual(expected);
    expect(safeContext(safeContext(own))).toEqual(expected);
  });

  test('goes into every container but the sidecar\'s, and into the pod', () => {
    const hardened = withSafeDefaults({ spec: { initContainers: [{ name: 'sallyport-proxy' }, { name: 'setup' }], containers: [{ name: 'app' }], enableServiceLinks: true } });
    const context = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    expect(hardened.spec).toEqual({
      initContainers: [{ name: 'sallyport-proxy' }, { name: 'setup', securityContext: context }],
      containers: [{ name: 'app', securityContext: context }],
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(withSafeDefaults(hardened)).toEqual(hardened);
  });

  test('is what injection fills in too: written into the manifest or not, the same pod runs', () => {
    for (const pod of [podOf({ name: 'a' }), podOf({ name: 'a', securityContext: { privileged: true } }, { name: 'b' }), { spec: { containers: [{ name: 'a' }], securityContext: { seccompProfile: { type: 'Localhost' } } } }]) {
      expect(inject(withSafeDefaults(pod), SETTINGS)).toEqual(inject(pod, SETTINGS));
    }
  });
});
