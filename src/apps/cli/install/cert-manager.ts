import { SYSTEM_NAMESPACE, WEBHOOK } from '../../../core/terms/fixed-names.ts';
import { systemMeta } from './labels.ts';
import { type InstallOptions, USUAL_CLUSTER_DOMAIN } from './options.ts';

const API = 'cert-manager.io/v1';
const CA = `${WEBHOOK}-ca`;

/** Not the Secret that the webhook fills itself: both ways of making the certificate can be gone back to. */
export const CERT_MANAGER_SECRET = `${WEBHOOK}-cert-manager`;

/**
 * What cert-manager makes the webhook's certificate from: a CA of its own, and a certificate signed by it. A certificate signed by itself
 * would change what the API server has to trust at each renewal.
 */
export function certManagerObjects({ clusterDomain = USUAL_CLUSTER_DOMAIN }: InstallOptions): object[] {
  const service = `${WEBHOOK}.${SYSTEM_NAMESPACE}.svc`;
  return [
    { apiVersion: API, kind: 'Issuer', metadata: systemMeta(`${WEBHOOK}-self-signed`), spec: { selfSigned: {} } },
    certificate(CA, { secretName: CA, isCA: true, commonName: CA, duration: '87600h', issuerRef: issuer(`${WEBHOOK}-self-signed`) }),
    { apiVersion: API, kind: 'Issuer', metadata: systemMeta(CA), spec: { ca: { secretName: CA } } },
    certificate(WEBHOOK, {
      secretName: CERT_MANAGER_SECRET,
      dnsNames: [service, `${service}.${clusterDomain}`],
      duration: '2160h',
      usages: ['digital signature', 'server auth'],
      issuerRef: issuer(CA),
    }),
  ];
}

/** The webhook configuration with the annotation by which cert-manager's CA injector keeps its `caBundle`. */
export function withInjectedCa(configuration: object): object {
  const { metadata } = configuration as { metadata: object };
  return { ...configuration, metadata: { ...metadata, annotations: { 'cert-manager.io/inject-ca-from': `${SYSTEM_NAMESPACE}/${WEBHOOK}` } } };
}

function certificate(name: string, spec: object): object {
  return { apiVersion: API, kind: 'Certificate', metadata: systemMeta(name), spec: { ...spec, privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' } } };
}

function issuer(name: string): object {
  return { name, kind: 'Issuer', group: 'cert-manager.io' };
}
