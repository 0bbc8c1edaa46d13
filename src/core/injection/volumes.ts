import type { Volume, VolumeMount } from '../checks/pod.ts';
import { TOKEN_AUDIENCE } from '../terms/fixed-names.ts';

const CA_FOLDER = '/var/run/sallyport';
export const CA_FILE = `${CA_FOLDER}/ca.crt`;
export const TOKEN_FILE = '/var/run/secrets/sallyport/token';
export const JOURNAL_FOLDER = '/var/lib/sallyport/journal';

const JOURNAL_VOLUME = '1Gi';
/** Well below the volume's size, at which the kubelet would evict the pod, and the proxy's limit of storage, which its log counts to as well. */
export const JOURNAL_LIMIT = '768Mi';

const READABLE_BY_ALL = 0o644;

/** What the agent's containers see of the sidecar: the certificate of the pod's own CA. */
export const AGENT_MOUNT: VolumeMount = { name: 'sallyport-ca', mountPath: CA_FOLDER, readOnly: true };

export const PROXY_MOUNTS: readonly VolumeMount[] = [
  { name: 'sallyport-ca', mountPath: CA_FOLDER },
  { name: 'sallyport-token', mountPath: '/var/run/secrets/sallyport', readOnly: true },
  { name: 'sallyport-journal', mountPath: JOURNAL_FOLDER },
];

/** Our volumes, written as the API server gives them back. */
const VOLUMES: readonly Volume[] = [
  volume('sallyport-ca', { emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }),
  volume('sallyport-token', {
    projected: { defaultMode: READABLE_BY_ALL, sources: [{ serviceAccountToken: { audience: TOKEN_AUDIENCE, expirationSeconds: 600, path: 'token' } }] },
  }),
  volume('sallyport-journal', { emptyDir: { sizeLimit: JOURNAL_VOLUME } }),
];

/** Puts our volumes in: over those of the same name, where they stand, else at the end. */
export function withOurVolumes(volumes: readonly Volume[]): Volume[] {
  const ours = new Map(VOLUMES.map((one) => [one.name, one]));
  const seen = new Set<string>();
  const kept = volumes.filter(({ name }) => !ours.has(name) || (!seen.has(name) && seen.add(name)));
  const present = new Set(kept.map(({ name }) => name));
  return [...kept.map((one) => ours.get(one.name) ?? one), ...VOLUMES.filter(({ name }) => !present.has(name))];
}

function volume(name: string, source: Readonly<Record<string, unknown>>): Volume {
  return { name, ...source };
}
