import { randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { createAuthority } from '../../adapters/certificates/authority.ts';
import { type JournalOptions, openJournal } from '../../adapters/journal/journal.ts';
import { createDialer } from '../../adapters/network/dial.ts';
import { createSyntheticNames } from '../../adapters/network/names.ts';
import { countRejections } from '../../adapters/network/rejections.ts';
import { createResolver } from '../../adapters/network/resolver.ts';
import { readTcpTable } from '../../adapters/network/tcp-table.ts';
import type { Subject } from '../../core/terms/subject.ts';
import type { CredentialParts } from './credential-calls.ts';
import type { Log, SnapshotSource } from './ports.ts';
import type { ProxyLimits, ProxySettings } from './settings.ts';
import { type RunningProxy, startProxy } from './start.ts';

/** What `sallyport proxy`, `up` and `run` say; everything else of the proxy is made from it. */
export interface AssemblySettings {
  readonly subject: Subject;
  readonly snapshots: SnapshotSource;
  readonly listeners: ProxySettings['listeners'];
  /** Folder of the journal; made where it does not exist. */
  readonly journal: string;
  /** Bytes that it may take; absent: as many as there are. */
  readonly journalLimit?: number;
  /** Public JWK that payloads are sealed to. */
  readonly sealTo?: JWK;
  /** PEM certificates that are trusted upstream besides the system's. */
  readonly upstreamCa?: readonly string[];
  /** Fixed names, `host -> addresses`; classification still applies. */
  readonly resolve?: ReadonlyMap<string, readonly string[]>;
  /** DNS servers to ask; absent: the system's. */
  readonly resolvers?: readonly string[];
  /** DNS suffix of the cluster; names below it that no policy mentions do not exist for the agent. */
  readonly clusterDomain?: string;
  /** A process in the network namespace of those who connect; absent: they are in ours. */
  readonly agentProcess?: number;
  /** Whether packets that this network namespace rejects are the agent's: only where traffic is captured. */
  readonly countRejections?: boolean;
  /** Absent: no tool's credential can be had. */
  readonly credentials?: CredentialParts;
  readonly limits?: Partial<ProxyLimits>;
  readonly log: Log;
}

export interface AssembledProxy extends RunningProxy {
  /** The certificate that agents have to trust. */
  readonly caCertificatePem: string;
}

/** Longer than any pod or session lives; the key ends with the process. */
const CA_LIFETIME = 365 * 24 * 3_600_000;

/** Makes the proxy out of the real world's parts and starts it. Rejects with `JournalFault`, or the system's error where a listener cannot be opened. */
export async function assembleProxy(settings: AssemblySettings): Promise<AssembledProxy> {
  const { log, snapshots } = settings;
  const now = Date.now;
  const authority = await createAuthority({ commonName: 'Sallyport proxy', now, lifetime: CA_LIFETIME });
  const journal = await openJournal({ directory: settings.journal, now, randomBytes, ...journalOptionsOf(settings) });
  const ownPorts: number[] = [];
  const captured = (settings.listeners.captured?.length ?? 0) > 0 || settings.listeners.dns !== undefined;
  try {
    const proxy = await startProxy(settings, {
      snapshots, records: journal, log, now, randomBytes,
      dialling: createDialer({ resolver: resolverOf(settings), ca: settings.upstreamCa ?? [], ownPorts: () => ownPorts }),
      leafs: authority,
      tcpTable: async () => await readTcpTable(settings.agentProcess),
      ...(settings.credentials && { credentials: settings.credentials }),
      ...(captured && { names: createSyntheticNames() }),
      ...(settings.countRejections === true && { rejectedPackets: countRejections }),
    });
    ownPorts.push(...portsOf(proxy.listening, settings.listeners));
    return {
      ...proxy,
      caCertificatePem: authority.certificatePem,
      close: async (grace) => {
        await proxy.close(grace);
        await journal.close();
      },
    };
  } catch (error) {
    await journal.close();
    throw error;
  }
}

function journalOptionsOf({ journalLimit, sealTo }: AssemblySettings): Pick<JournalOptions, 'limit' | 'sealTo'> {
  return { ...(journalLimit !== undefined && { limit: journalLimit }), ...(sealTo && { sealTo }) };
}

function resolverOf({ resolve, resolvers }: AssemblySettings): ReturnType<typeof createResolver> {
  return createResolver({ ...(resolve && { fixed: resolve }), ...(resolvers && { servers: resolvers }) });
}

/** Those that we opened ourselves: a server that was handed over listens in another network namespace, where we dial nothing. */
function portsOf({ explicit, captured, dns, health }: RunningProxy['listening'], given: ProxySettings['listeners']): number[] {
  const handedOver = (given.explicit !== undefined && 'server' in given.explicit) || (given.dns !== undefined && 'udp' in given.dns);
  return handedOver ? [] : [explicit, dns, health, ...captured.map(({ at }) => at)].flatMap((endpoint) => endpoint?.port ?? []);
}
