import type { Subject } from '../../core/terms/subject.ts';
import type { Log, SnapshotSource } from './ports.ts';
import type { ProxyLimits, ProxySettings } from './settings.ts';
import type { RunningProxy } from './start.ts';

/** What `sallyport proxy`, `up` and `run` say; everything else of the proxy is made from it. */
export interface AssemblySettings {
  readonly subject: Subject;
  readonly snapshots: SnapshotSource;
  readonly listeners: ProxySettings['listeners'];
  /** Folder of the journal; made where it does not exist. */
  readonly journal: string;
  /** Public JWK that payloads are sealed to. */
  readonly sealTo?: JsonWebKey;
  /** PEM certificates that are trusted upstream besides the system's. */
  readonly upstreamCa?: readonly string[];
  /** Fixed names, `host -> addresses`; classification still applies. */
  readonly resolve?: ReadonlyMap<string, readonly string[]>;
  /** DNS servers to ask; absent: the system's. */
  readonly resolvers?: readonly string[];
  /** DNS suffix of the cluster; names below it that no policy mentions do not exist for the agent. */
  readonly clusterDomain?: string;
  readonly limits?: Partial<ProxyLimits>;
  readonly log: Log;
}

export interface AssembledProxy extends RunningProxy {
  /** The certificate that agents have to trust. */
  readonly caCertificatePem: string;
}

export type AssembleProxy = (settings: AssemblySettings) => Promise<AssembledProxy>;
