import { API_VERSION } from './model.ts';

/** What gate one demands of a pod; every field filled in (from `isolated` where the author left it out). */
export interface ProfileSpec {
  readonly runtimeClassNames: {
    /** Whether a pod must name a runtime class. */
    readonly required: boolean;
    /** Names that count as a sandbox; empty: none does. */
    readonly allowed: readonly string[];
  };
  /** Upper bound of `activeDeadlineSeconds`. */
  readonly maxLifetimeSeconds: number;
  /** Keys of a pod volume, such as `emptyDir`. */
  readonly volumeTypes: readonly string[];
  /** Highest limit of one container, as Kubernetes quantities. */
  readonly limits: { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string };
  /** TCP ports that the capture hands to the proxy. */
  readonly capturedPorts: readonly number[];
  /** Ids of checks whose faults are warnings. */
  readonly warnOnly: readonly string[];
}

/** Cluster-scoped; a namespace picks one by the label `sallyport.dev/profile`. */
export interface SandboxProfile {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'SandboxProfile';
  readonly metadata: { readonly name: string };
  readonly spec: ProfileSpec;
}

const ISOLATED: ProfileSpec = {
  runtimeClassNames: { required: true, allowed: ['gvisor', 'kata', 'kata-clh', 'kata-qemu', 'runsc'] },
  maxLifetimeSeconds: 8 * 3600,
  volumeTypes: ['configMap', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'],
  limits: { cpu: '8', memory: '16Gi', ephemeralStorage: '32Gi' },
  capturedPorts: [80, 443],
  warnOnly: [],
};

const CONTAINED: ProfileSpec = {
  ...ISOLATED,
  runtimeClassNames: { ...ISOLATED.runtimeClassNames, required: false },
  maxLifetimeSeconds: 24 * 3600,
};

const builtIn = (name: string, spec: ProfileSpec): SandboxProfile =>
  ({ apiVersion: API_VERSION, kind: 'SandboxProfile', metadata: { name }, spec });

/** Profiles that exist without being installed. */
export const BUILT_IN_PROFILES = {
  isolated: builtIn('isolated', ISOLATED),
  contained: builtIn('contained', CONTAINED),
} as const;
