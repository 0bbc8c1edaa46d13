import { PROXY_UID } from '../terms/fixed-names.ts';
import type { Check, Finding } from './check.ts';
import type { ContainerAt, PodView } from './view.ts';

/**
 * Every container runs as a user that the manifest names by number, who is neither root nor the proxy.
 *
 *   field                                             allowed
 *   spec.securityContext.runAsNonRoot                 true; absent where every container says true
 *   containers[*].securityContext.runAsNonRoot        absent where the pod says true, true
 *   spec.securityContext.runAsUser                    absent, 1 and above but not 14141
 *   containers[*].securityContext.runAsUser           the same; absent only where the pod names one
 *   ...securityContext.runAsGroup (both)              anything but 14141
 *   spec.securityContext.fsGroup                      anything but 14141
 *   spec.securityContext.supplementalGroups           anything without 14141
 *
 *   version   change of the standard that is not followed
 *   v1.35     root is allowed in a pod with hostUsers: false
 *
 * Stricter than the standard in every version: the number has to stand in the manifest because an image's own USER may be 14141, and
 * in a user namespace of the pod's own root is still root beside the proxy, who shares it.
 * Source: Pod Security Standards, "Running as Non-root", "Running as Non-root user".
 */
export const runAsUser: Check = {
  id: 'run-as-user',
  title: 'Containers run as an explicit user, neither root nor the proxy',
  essential: true,
  review: (view) => [...podUser(view), ...view.containers.flatMap((one) => containerUser(one, view))],
};

interface Identity {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
}

const NAME_A_USER = `set runAsUser to a number above 0 other than ${PROXY_UID}, such as 10001`;

function podUser({ spec: { securityContext: pod } }: PodView): Finding[] {
  if (pod === undefined) return [];
  const field = 'spec.securityContext';
  const findings = identity(pod, field, 'the pod');
  if (pod.runAsNonRoot === false) findings.push(mayBeRoot(`${field}.runAsNonRoot`, 'the pod', 'set it to true'));
  if (pod.fsGroup === PROXY_UID) findings.push(proxyGroup(`${field}.fsGroup`, 'the pod'));
  const position = pod.supplementalGroups?.indexOf(PROXY_UID) ?? -1;
  if (position >= 0) findings.push(proxyGroup(`${field}.supplementalGroups[${position}]`, 'the pod'));
  return findings;
}

function containerUser({ container, field, title }: ContainerAt, { spec }: PodView): Finding[] {
  const own = container.securityContext ?? {};
  const findings = identity(own, `${field}.securityContext`, title);
  if ((own.runAsNonRoot ?? spec.securityContext?.runAsNonRoot) !== true) {
    findings.push(mayBeRoot(`${field}.securityContext.runAsNonRoot`, title, 'set runAsNonRoot: true here or in spec.securityContext'));
  }
  if ((own.runAsUser ?? spec.securityContext?.runAsUser) === undefined) {
    findings.push({
      reason: 'user-not-explicit',
      field: `${field}.securityContext.runAsUser`,
      message: `${title} runs as whatever user its image names`,
      fix: `${NAME_A_USER}, here or in spec.securityContext`,
    });
  }
  return findings;
}

function identity({ runAsUser: user, runAsGroup: group }: Identity, field: string, title: string): Finding[] {
  const findings: Finding[] = [];
  if (user === 0) {
    findings.push({ reason: 'root-user', field: `${field}.runAsUser`, message: `${title} runs as root`, fix: NAME_A_USER });
  }
  if (user === PROXY_UID) {
    findings.push({ reason: 'proxy-user', field: `${field}.runAsUser`, message: `${title} runs as the proxy's user, which the capture lets out`, fix: NAME_A_USER });
  }
  if (group === PROXY_UID) findings.push(proxyGroup(`${field}.runAsGroup`, title));
  return findings;
}

function mayBeRoot(field: string, title: string, fix: string): Finding {
  return { reason: 'may-run-as-root', field, message: `${title} may run as root`, fix };
}

function proxyGroup(field: string, title: string): Finding {
  return { reason: 'proxy-group', field, message: `${title} is in the proxy's group`, fix: `use another group than ${PROXY_UID}` };
}
