import { IMAGE } from './image.ts';

export const AGENTS = 'sallyport-agents';
export const SCRIPTS = 'agent-scripts';

/** A hardened pod specification that runs `command`; the scripts of this folder lie in /scripts. */
export function agentSpec(command: readonly string[]): object {
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: 600,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 5,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [{ name: 'scripts', configMap: { name: SCRIPTS } }],
    containers: [
      {
        name: 'agent',
        image: IMAGE,
        imagePullPolicy: 'Never',
        command,
        volumeMounts: [{ name: 'scripts', mountPath: '/scripts', readOnly: true }],
        resources: { requests: { cpu: '50m', memory: '64Mi', 'ephemeral-storage': '16Mi' }, limits: { cpu: '1', memory: '256Mi', 'ephemeral-storage': '64Mi' } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      },
    ],
  };
}

export function agentPod(name: string, command: readonly string[]): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: AGENTS, labels: { app: 'triage', 'sallyport.dev/agent': name } }, spec: agentSpec(command) };
}

export function barePod(name: string, namespace: string): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers: [{ name: 'agent', image: IMAGE, imagePullPolicy: 'Never', command: ['sleep', '60'] }] } };
}
