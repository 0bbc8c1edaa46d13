import { goodPod } from '../pods.ts';
import type { Volume } from '../../../../src/core/checks/pod.ts';
import { type Examples, type Failing, specWith, stricter } from './example.ts';

const LISTED: Readonly<Record<string, object>> = {
  'config-map': { configMap: { name: 'settings' } },
  'downward-api': { downwardAPI: {} },
  'empty-dir': { emptyDir: {} },
  ephemeral: { ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } } },
  claim: { persistentVolumeClaim: { claimName: 'data' } },
  projected: { projected: { sources: [{ configMap: { name: 'settings' } }, { downwardAPI: {} }] } },
  secret: { secret: { secretName: 'settings' } },
};

const UNLISTED: Readonly<Record<string, object>> = {
  hostPath: { path: '/var/run' },
  nfs: { server: 'nfs.example.com', path: '/' },
  iscsi: { targetPortal: '192.0.2.1:3260', iqn: 'iqn.2001-04.com.example:storage', lun: 0 },
  gitRepo: { repository: 'https://git.example.com/repository' },
  gcePersistentDisk: { pdName: 'data' },
  awsElasticBlockStore: { volumeID: 'data' },
  glusterfs: { endpoints: 'storage', path: 'data' },
  rbd: { monitors: ['192.0.2.1'], image: 'data' },
  flexVolume: { driver: 'example.com/driver' },
  cinder: { volumeID: 'data' },
  cephfs: { monitors: ['192.0.2.1'] },
  flocker: { datasetName: 'data' },
  fc: { targetWWNs: ['50060e801049cfd1'], lun: 0 },
  azureFile: { secretName: 'storage', shareName: 'data' },
  azureDisk: { diskName: 'data', diskURI: 'https://storage.example.com/data' },
  vsphereVolume: { volumePath: 'data' },
  quobyte: { registry: 'storage.example.com:7861', volume: 'data' },
  portworxVolume: { volumeID: 'data' },
  photonPersistentDisk: { pdID: 'data' },
  scaleIO: { gateway: 'https://storage.example.com', system: 'storage', secretRef: { name: 'storage' }, volumeName: 'data' },
  storageos: { volumeName: 'data' },
};

function podWithVolume(source: object): Failing['pod'] {
  return goodPod({ volumes: [{ name: 'data', ...source } as Volume] });
}

function ofTypes(sources: Readonly<Record<string, object>>): Record<string, Failing> {
  return Object.fromEntries(Object.entries(sources).map(([type, source]) => [
    type.replaceAll(/[A-Z]+/g, (letters) => `-${letters.toLowerCase()}`),
    { pod: podWithVolume({ [type]: source }), faults: [`volume-type spec.volumes[0].${type}`] },
  ]));
}

export const volumeTypes: Examples = {
  pass: Object.fromEntries(Object.entries(LISTED).map(([name, source]) => [name, { pod: podWithVolume(source) }])),
  fail: {
    ...ofTypes(UNLISTED),
    ...stricter(ofTypes({ csi: { driver: 'csi.example.com' }, image: { reference: `registry.example.com/data@sha256:${'0'.repeat(64)}` }, notYetInvented: {} })),
    'host-path-template': { pod: podWithVolume({ hostPath: { path: '/' } }), template: true, faults: ['volume-type spec.template.spec.volumes[0].hostPath'] },
    'two-types': { pod: podWithVolume({ emptyDir: {}, secret: { secretName: 'settings' } }), faults: ['volume-ambiguous spec.volumes[0]'] },
    ...stricter({
      'no-type': { pod: podWithVolume({}), faults: ['volume-ambiguous spec.volumes[0]'] },
      'projected-trust-bundle': { pod: podWithVolume({ projected: { sources: [{ clusterTrustBundle: { name: 'ca', path: 'ca.crt' } }] } }), faults: ['volume-type spec.volumes[0].projected.sources[0].clusterTrustBundle'] },
      'projected-pod-certificate': { pod: podWithVolume({ projected: { sources: [{ podCertificate: { signerName: 'example.com/signer', keyType: 'ED25519' } }] } }), faults: ['volume-type spec.volumes[0].projected.sources[0].podCertificate'] },
      'secret-that-the-profile-does-not-list': {
        ...specWith({ volumes: [{ name: 'data', secret: { secretName: 'settings' } } as Volume] }, 'volume-type spec.volumes[0].secret'),
        given: { says: 'the profile lists emptyDir alone', profile: { volumeTypes: ['emptyDir'] } },
      },
    }),
  },
};
