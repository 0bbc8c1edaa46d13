import type { ProxyPorts } from './ports.ts';
import type { Endpoint, ProxySettings } from './settings.ts';

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly sentences: readonly string[] };

export interface RunningProxy {
  /** The addresses really bound. */
  readonly listening: {
    readonly explicit?: Endpoint;
    readonly captured: readonly { readonly port: number; readonly at: Endpoint }[];
    readonly dns?: Endpoint;
    readonly health?: Endpoint;
  };
  readiness(): Readiness;
  /** Prometheus text format. */
  metrics(): string;
  /** Takes no new call, lets those under way finish for `grace` milliseconds (default 10,000), cuts the rest. */
  close(grace?: number): Promise<void>;
}

export type StartProxy = (settings: ProxySettings, ports: ProxyPorts) => Promise<RunningProxy>;
