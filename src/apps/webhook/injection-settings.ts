import { type InjectionSettings, listenersFor } from '../../core/injection/settings.ts';
import type { SandboxProfile } from '../../core/policy/profile.ts';

type PullPolicy = InjectionSettings['imagePullPolicy'];

/** What injection needs besides the profile and the controller's trust: the same for as long as this process runs. */
export interface InjectionBase {
  readonly image: string;
  readonly imagePullPolicy: PullPolicy;
  readonly controllerUrl: string;
  /** Address of the cluster's DNS server. */
  readonly resolver: string;
  readonly clusterDomain: string;
  /** What no agent may reach, as `tcp:ADDRESS:PORT` or `udp:ADDRESS:PORT`. */
  readonly probes: readonly string[];
}

/** What the flags of `sallyport webhook` say of injection, all as written. */
export interface InjectionFlags {
  readonly image: string;
  readonly imagePullPolicy: PullPolicy;
  readonly resolver?: string;
  readonly clusterDomain?: string;
  readonly controllerUrl?: string;
}

export interface ControllerTrust {
  readonly ca: string;
  readonly keys: readonly string[];
}

/** The proxy stays under 70 MiB idle and under 130 with 64 busy connections; the journal takes the rest of the storage. */
const RESOURCES: InjectionSettings['resources'] = {
  requests: { cpu: '20m', memory: '96Mi', ephemeralStorage: '64Mi' },
  limits: { cpu: '1', memory: '256Mi', ephemeralStorage: '1Gi' },
};

/** The settings with which pods of `profile` are injected, and proven. */
export function injectionSettings(base: InjectionBase, trust: ControllerTrust, profile: SandboxProfile): InjectionSettings {
  return {
    image: base.image,
    imagePullPolicy: base.imagePullPolicy,
    controller: { url: base.controllerUrl, ca: trust.ca, keys: trust.keys },
    resolver: base.resolver,
    clusterDomain: base.clusterDomain,
    capturedPorts: listenersFor(profile.spec.capturedPorts),
    probes: base.probes,
    resources: RESOURCES,
  };
}
