import { same } from '../checks/differences.ts';
import type { Container, EnvVar, VolumeMount } from '../checks/pod.ts';
import { safeContext } from '../checks/safe-defaults.ts';
import { SIDECAR_VOLUMES } from '../checks/sidecar.ts';
import { absolutePath } from '../terms/absolute-path.ts';
import { EXPLICIT_PORT } from '../terms/fixed-names.ts';
import { agentEnvironment } from './agent-environment.ts';
import { AGENT_MOUNT, CA_FILE } from './volumes.ts';

/** A container that has one of these set keeps its own. */
const ENVIRONMENT: readonly EnvVar[] = Object.entries(agentEnvironment(`http://127.0.0.1:${EXPLICIT_PORT}`, CA_FILE)).map(([name, value]) => ({ name, value }));

/** A container of the agent's own, with the proxy's address and CA in it and none of the sidecar's other volumes. */
export function withProxySettings(container: Container): Container {
  return {
    ...container,
    env: environment(container.env ?? []),
    volumeMounts: mounts(container.volumeMounts ?? []),
    securityContext: safeContext(container.securityContext ?? {}),
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

/** Whether a mount is of a volume of ours, or stands where ours does. */
export function touchesSidecar({ name, mountPath }: VolumeMount): boolean {
  return SIDECAR_VOLUMES.has(name) || absolutePath(mountPath) === AGENT_MOUNT.mountPath;
}
