import type { Container, Pod, PodSpec } from '../checks/pod.ts';
import { SIDECAR_CONTAINERS, SIDECAR_VOLUMES } from '../checks/sidecar.ts';
import { touchesSidecar } from './agent-container.ts';
import { agentEnvironment } from './agent-environment.ts';

const OUR_VARIABLES: ReadonlySet<string> = new Set(Object.keys(agentEnvironment('', '')));

/**
 * Members of a pod that can take effect from the sidecar without touching it: whose network and processes it shares, under which users
 * and kernel settings it runs, who answers names.
 */
const AROUND = [
  'hostNetwork', 'hostPID', 'hostIPC', 'hostUsers', 'shareProcessNamespace', 'securityContext', 'runtimeClassName', 'os',
  'dnsPolicy', 'dnsConfig', 'hostAliases', 'enableServiceLinks', 'restartPolicy',
] as const satisfies readonly (keyof PodSpec | 'hostUsers')[];

/**
 * All that makes the sidecar effective in a pod: our containers whole, as the first three that run; our volumes; what every other
 * container has of both and of our variables; and the pod's members around them.
 *
 * What a running pod may change rightly is not in it: images, resources and probes of the agent's containers, deadlines, tolerations,
 * labels, and an ephemeral container that has nothing of ours. Those are the checks' business.
 */
export function arrangementOf({ spec }: Pod): object {
  const members = new Map(Object.entries(spec));
  const init = spec.initContainers ?? [];
  const count = SIDECAR_CONTAINERS.size;
  return {
    sidecar: init.slice(0, count),
    volumes: (spec.volumes ?? []).filter(({ name }) => SIDECAR_VOLUMES.has(name)),
    others: [...init.slice(count), ...spec.containers].map(partOf),
    joined: (spec.ephemeralContainers ?? []).map(partOf).filter(({ volumeMounts }) => volumeMounts.length > 0),
    around: Object.fromEntries(AROUND.flatMap((name) => (members.get(name) === undefined ? [] : [[name, members.get(name)]]))),
  };
}

function partOf({ name, env, volumeMounts }: Container) {
  return {
    name,
    env: (env ?? []).filter((variable) => OUR_VARIABLES.has(variable.name)),
    volumeMounts: (volumeMounts ?? []).filter(touchesSidecar),
  };
}
