import { CAPTURED_443_PORT, CAPTURED_80_PORT } from '../terms/fixed-names.ts';
export interface CapturedPort {
  /** Port that the agent calls, as rules name it. */
  readonly port: number;
  /** Port on which the proxy takes the captured connection. */
  readonly listener: number;
}

export interface ResourceAmounts {
  readonly cpu: string;
  readonly memory: string;
  readonly ephemeralStorage: string;
}

/** What injection has to know of the cluster; the same settings always make the same pod. */
export interface InjectionSettings {
  /** The one image that holds capture, proxy and canary. */
  readonly image: string;
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly controller: {
    readonly url: string;
    /** PEM of the certificates that the controller's may chain to. */
    readonly ca: string;
    /** Public Ed25519 keys (base64url of the 32 bytes) that may sign snapshots. */
    readonly keys: readonly string[];
  };
  /** Address of the cluster's DNS server. */
  readonly resolver: string;
  readonly clusterDomain: string;
  readonly capturedPorts: readonly CapturedPort[];
  /** What the canary must fail to reach, as `tcp:ADDRESS:PORT` or `udp:ADDRESS:PORT`. */
  readonly probes: readonly string[];
  /** Requests and limits of the proxy. */
  readonly resources: { readonly requests: ResourceAmounts; readonly limits: ResourceAmounts };
}

const FIXED_LISTENERS: ReadonlyMap<number, number> = new Map([[443, CAPTURED_443_PORT], [80, CAPTURED_80_PORT]]);
const FIRST_FREE_LISTENER = 15100;

/** Gives each captured port its listener: 443 and 80 have fixed ones, the others count up from 15100 in ascending order. */
export function listenersFor(ports: readonly number[]): CapturedPort[] {
  let next = FIRST_FREE_LISTENER;
  const ascending = [...new Set(ports)].sort((a, b) => a - b);
  return ascending.map((port) => ({ port, listener: FIXED_LISTENERS.get(port) ?? next++ }));
}
