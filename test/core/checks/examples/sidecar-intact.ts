import type { Container, Pod } from '../../../../src/core/checks/pod.ts';
import { inject } from '../../../../src/core/injection/inject.ts';
import { goodContainer, goodPod, SETTINGS } from '../pods.ts';
import type { Example, Examples, Failing } from './example.ts';

const derive = (pod: Pod): Pod => inject(pod, SETTINGS);
const given = { says: 'injection makes of it what it makes of every pod', derive };
const injected = derive(goodPod());
const sidecar = injected.spec.initContainers ?? [];

/** An injected pod that somebody has changed since. */
function changed(spec: Partial<Pod['spec']>, ...fields: readonly string[]): Failing {
  return { pod: { ...injected, spec: { ...injected.spec, ...spec } }, given, faults: fields.map((field) => `sidecar-changed ${field}`) };
}

function proxyWith(changes: Partial<Container>, ...fields: readonly string[]): Failing {
  const initContainers = sidecar.map((one) => (one.name === 'sallyport-proxy' ? { ...one, ...changes } : one));
  return changed({ initContainers }, ...fields.map((field) => `spec.initContainers[1].${field}`));
}

export const sidecarIntact: Examples = {
  pass: { injected: { pod: injected, given } satisfies Example },
  fail: {
    missing: { pod: goodPod(), given, faults: ['sidecar-missing spec.initContainers'] },
    'nobody-knows': { pod: injected, given: { says: 'the controller has not yet published what injection needs', derive: 'not known' }, faults: ['sidecar-unprovable spec'], andMore: true },
    'other-image': proxyWith({ image: 'registry.example.com/other:1' }, 'image'),
    'other-user': proxyWith({ securityContext: { ...sidecar[1]?.securityContext, runAsUser: 0 } }, 'securityContext.runAsUser'),
    'not-restartable': proxyWith({ restartPolicy: 'Never' }, 'restartPolicy'),
    'not-first': { ...changed({ initContainers: [goodContainer('early'), ...sidecar] }, 'spec.initContainers[0].name'), andMore: true },
    'other-resolver': changed({ dnsPolicy: 'ClusterFirst' }, 'spec.dnsPolicy'),
    'token-mounted-by-the-agent': changed({ containers: injected.spec.containers.map((one) => ({ ...one, volumeMounts: [...(one.volumeMounts ?? []), { name: 'sallyport-token', mountPath: '/token' }] })) }, 'spec.containers[0].volumeMounts[1]'),
  },
};
