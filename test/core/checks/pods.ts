import type { CheckContext, Fault } from '../../../src/core/checks/check.ts';
import type { ObjectFacts } from '../../../src/core/checks/facts.ts';
import { findFaults } from '../../../src/core/checks/index.ts';
import type { Container, Pod, PodSpec } from '../../../src/core/checks/pod.ts';
import { readPod } from '../../../src/core/checks/read-pod.ts';
import { inject } from '../../../src/core/injection/inject.ts';
import { listenersFor, type InjectionSettings } from '../../../src/core/injection/settings.ts';
import { BUILT_IN_PROFILES, type SandboxProfile } from '../../../src/core/policy/profile.ts';
import { known } from '../../../src/core/terms/fact.ts';

export const SETTINGS: InjectionSettings = {
  image: 'registry.example.com/sallyport@sha256:0123',
  imagePullPolicy: 'IfNotPresent',
  controller: { url: 'https://sallyport-controller.sallyport-system.svc:8443', ca: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', keys: ['a2V5'] },
  resolver: '192.0.2.10',
  clusterDomain: 'cluster.local',
  capturedPorts: listenersFor([80, 443]),
  probes: ['tcp:192.0.2.1:443'],
  resources: {
    requests: { cpu: '20m', memory: '96Mi', ephemeralStorage: '64Mi' },
    limits: { cpu: '1', memory: '256Mi', ephemeralStorage: '1Gi' },
  },
};

export const CONTAINED = BUILT_IN_PROFILES.contained;

/** What a cluster knows in which every good pod may run. */
export const FACTS: ObjectFacts = {
  networkPolicies: () => known([{
    name: 'agents',
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
    ingress: [],
    egress: [{ everybody: true, ports: [{ protocol: 'UDP', port: 53 }, { protocol: 'TCP', port: 53 }, { protocol: 'TCP', port: 80 }, { protocol: 'TCP', port: 443 }, { protocol: 'TCP', port: 8443 }] }],
  }]),
  runtimeHandler: (name) => known(name === 'gvisor' ? 'runsc' : undefined),
  selectingLabels: () => known(new Set(['app'])),
};

/** The container that every check lets pass. */
export function goodContainer(name = 'app'): Container {
  return {
    name,
    image: `registry.example.com/agent@sha256:${'0'.repeat(64)}`,
    resources: { limits: { cpu: '500m', memory: '256Mi', 'ephemeral-storage': '1Gi' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      runAsUser: 10001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

/** The smallest pod that every check lets pass once it is injected. */
export function goodPod(changes: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'triage', namespace: 'agents' },
    spec: { automountServiceAccountToken: false, enableServiceLinks: false, activeDeadlineSeconds: 600, containers: [goodContainer()], ...changes },
  };
}

/** A pod whose one container differs from the good one; `undefined` takes a member away. */
export function podWith(changes: Record<string, unknown>): Pod {
  return goodPod({ containers: [changed(goodContainer(), changes)] });
}

/** A pod whose one container's security context differs from the good one. */
export function podSecuredBy(changes: Record<string, unknown>): Pod {
  return podWith({ securityContext: changed(goodContainer().securityContext ?? {}, changes) });
}

/** What the checks find in a pod that injection made, save those ids in `except`. */
export function faultsOf(pod: Pod, { profile = CONTAINED, ...context }: Partial<CheckContext> & { profile?: SandboxProfile } = {}): Fault[] {
  const injected = inject(pod, SETTINGS);
  return findFaults({ profile, facts: FACTS, pod: injected, expected: injected, ...context });
}

/** `reason field` of every fault of one check. */
export function told(check: string, pod: Pod, context: Parameters<typeof faultsOf>[1] = {}): string[] {
  return faultsOf(pod, context).filter((fault) => fault.check === check).map(({ reason, field }) => `${reason} ${field}`);
}

/** Reads a pod as the webhook does; throws where it cannot be read. */
export function read(value: unknown): Pod {
  const result = readPod(value);
  if (!result.ok) throw new Error(JSON.stringify(result.findings));
  return result.pod;
}

function changed<T extends object>(value: T, changes: Record<string, unknown>): T {
  return Object.fromEntries(Object.entries({ ...value, ...changes }).filter(([, member]) => member !== undefined)) as T;
}
