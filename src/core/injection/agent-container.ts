import { same } from '../checks/differences.ts';
import type { Container, EnvVar, SecurityContext, VolumeMount } from '../checks/pod.ts';
import { SIDECAR_VOLUMES } from '../checks/sidecar.ts';
import { AGENT_MOUNT, CA_FILE } from './volumes.ts';

const PROXY = 'http://127.0.0.1:15001';
const NOT_PROXIED = 'localhost,127.0.0.1,::1';

/**
 * What common runtimes read to find the proxy and to trust its CA. Convenience alone: the capture is what enforces.
 * A runtime that reads none of these is captured, and one that has them set keeps its own.
 */
const ENVIRONMENT: readonly EnvVar[] = Object.entries({
  HTTP_PROXY: PROXY,
  HTTPS_PROXY: PROXY,
  NO_PROXY: NOT_PROXIED,
  http_proxy: PROXY,
  https_proxy: PROXY,
  no_proxy: NOT_PROXIED,
  NODE_USE_ENV_PROXY: '1',
  SSL_CERT_FILE: CA_FILE,
  NODE_EXTRA_CA_CERTS: CA_FILE,
  REQUESTS_CA_BUNDLE: CA_FILE,
  CURL_CA_BUNDLE: CA_FILE,
  GIT_SSL_CAINFO: CA_FILE,
  PIP_CERT: CA_FILE,
  AWS_CA_BUNDLE: CA_FILE,
  DENO_CERT: CA_FILE,
  CARGO_HTTP_CAINFO: CA_FILE,
  GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: CA_FILE,
}).map(([name, value]) => ({ name, value }));

/** A container of the agent's own, with the proxy's address and CA in it and none of the sidecar's other volumes. */
export function withProxySettings(container: Container): Container {
  return {
    ...container,
    env: environment(container.env ?? []),
    volumeMounts: mounts(container.volumeMounts ?? []),
    securityContext: safeDefaults(container.securityContext ?? {}),
  };
}

function environment(own: readonly EnvVar[]): EnvVar[] {
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...ENVIRONMENT.filter(({ name }) => !names.has(name))];
}

/** Our mount stays where it stands, so that another injector that appends its own after ours does not undo the proof. */
function mounts(own: readonly VolumeMount[]): VolumeMount[] {
  const foreign = own.filter((mount) => !touchesSidecar(mount));
  const position = own.findIndex((mount) => same(mount, AGENT_MOUNT));
  if (position < 0) return [...foreign, AGENT_MOUNT];
  const before = own.slice(0, position).filter((mount) => !touchesSidecar(mount)).length;
  return foreign.toSpliced(before, 0, AGENT_MOUNT);
}

function touchesSidecar({ name, mountPath }: VolumeMount): boolean {
  return SIDECAR_VOLUMES.has(name) || mountPath.replace(/\/+/g, '/').replace(/\/$/, '') === AGENT_MOUNT.mountPath;
}

/** Only what cannot change a program's meaning: without root and set-uid there are no capabilities to lose. */
function safeDefaults(own: SecurityContext): SecurityContext {
  const mustEscalate = own.privileged === true || own.capabilities?.add?.some((name) => name === 'SYS_ADMIN' || name === 'CAP_SYS_ADMIN') === true;
  return {
    ...own,
    ...(own.allowPrivilegeEscalation === undefined && !mustEscalate ? { allowPrivilegeEscalation: false } : {}),
    capabilities: { ...own.capabilities, drop: own.capabilities?.drop ?? ['ALL'] },
  };
}
