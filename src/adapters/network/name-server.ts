import type { Socket as UdpSocket } from 'node:dgram';
import type { Server } from 'node:net';
import type { HostName } from '../../core/terms/authority.ts';
import type { SyntheticNames } from './names.ts';

export interface NameServerSettings {
  readonly names: SyntheticNames;
  /** An endpoint to open (port 0: both get the same free one), or sockets that somebody else already opened. */
  readonly at: { readonly host: string; readonly port: number } | { readonly udp: UdpSocket; readonly tcp: Server };
  /** Whether a policy in force lists the name; only asked for names inside the cluster. */
  readonly mentions: (host: HostName) => boolean;
  /** DNS suffix of the cluster, such as `cluster.local`. */
  readonly clusterDomain?: string;
  /** Told of each message that could not be read. */
  readonly onMalformed?: (sentence: string) => void;
}

/** DNS over UDP and TCP that answers from the table of synthetic names and forwards nothing. */
export interface NameServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

export type StartNameServer = (settings: NameServerSettings) => Promise<NameServer>;
