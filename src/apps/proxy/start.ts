import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { startNameServer } from '../../adapters/network/name-server.ts';
import type { NoticeDraft } from '../../core/evidence/draft.ts';
import { mentionsHost, type Snapshot } from '../../core/policy/snapshot.ts';
import type { HostName } from '../../core/terms/authority.ts';
import { callIds } from './call-id.ts';
import { connectFor } from './connect.ts';
import { CredentialCalls } from './credential-calls.ts';
import { Deadlines } from './deadlines.ts';
import { Guard } from './guard.ts';
import { HangUps } from './hang-ups.ts';
import { Handshakes } from './handshakes.ts';
import { type HealthListener, type HealthSources, listenHealth } from './health.ts';
import type { House } from './house.ts';
import { listenCaptured, listenExplicit } from './listeners.ts';
import { Metrics } from './metrics.ts';
import { Notices } from './notices.ts';
import { OpenCalls } from './open-calls.ts';
import type { ProxyPorts } from './ports.ts';
import { watchRejections } from './rejections.ts';
import { DEFAULT_LIMITS, type Endpoint, type Listening, type ProxySettings } from './settings.ts';
import { standardTreatments } from './standard-treatments.ts';
import { Treatments } from './treatments.ts';
import { UpstreamPool } from './upstream-pool.ts';
import { watchValidity } from './validity.ts';

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
  /** Records something that is about no call, and logs it. */
  notice(said: Omit<NoticeDraft, 'kind'>, level?: 'info' | 'warn'): void;
  /** Takes no new call, lets those under way finish for `grace` milliseconds (default 10,000), cuts the rest. */
  close(grace?: number): Promise<void>;
}

const DEFAULT_GRACE = 10_000;
const REJECTION_INTERVAL = 5_000;
/** How long answers that are written may take to leave. */
const FLUSH = 100;
/** How long the last outcomes may take to be written. */
const RECORDING = 5_000;

/** Opens every listener that the settings name. Rejects, with nothing left open, if one of them cannot be opened. */
export async function startProxy(settings: ProxySettings, ports: ProxyPorts): Promise<RunningProxy> {
  const life = { closing: false };
  const house = furnish(settings, ports, life);
  const sockets = new Set<Socket>();
  const closers: (() => unknown)[] = [];
  const stop = async (): Promise<void> => { await Promise.all(closers.splice(0).map((close) => close())); };

  closers.push(ports.snapshots.onChange((snapshot) => {
    house.openCalls.rejudge();
    house.metrics.policyReloads += 1;
    sayPolicy(house, snapshot);
  }));
  closers.push(watchValidity(ports.snapshots, ports.now, () => {
    house.guard.lapse();
    house.openCalls.rejudge();
    house.notices.say({ event: 'policy-stale', reason: 'policy-stale', sentence: 'The policy has not been renewed in time: nothing is permitted until it is.' });
  }));
  const readiness = (): Readiness => readinessOf(ports, life);
  const metrics = (): string => {
    const generation = ports.snapshots.current()?.generation;
    return house.metrics.text({ ready: readiness().ready, ...(generation !== undefined && { generation }) });
  };
  try {
    closers.push(watchRejections(house, ports.rejectedPackets, settings.rejectionInterval ?? REJECTION_INTERVAL));
    const listening = await openListeners(settings, ports, house, sockets, closers, { readiness, metrics });
    house.notices.say({ event: 'proxy-started', sentence: 'The proxy is listening.', agent: settings.subject });
    const snapshot = ports.snapshots.current();
    if (snapshot !== undefined) sayPolicy(house, snapshot);
    return {
      listening, readiness, metrics,
      notice: (said, level) => { house.notices.say(said, level); },
      close: async (grace = DEFAULT_GRACE) => { await closeProxy(house, sockets, life, stop, grace); },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function sayPolicy(house: House, { generation, digest }: Snapshot): void {
  house.notices.say({ event: 'policy-loaded', sentence: `Policy generation ${generation} is in force.`, facts: { generation, digest } });
}

function furnish(settings: ProxySettings, ports: ProxyPorts, life: { readonly closing: boolean }): House {
  const limits = { ...DEFAULT_LIMITS, ...settings.limits };
  const { records, log, now, snapshots, dialling, leafs } = ports;
  const metrics = new Metrics();
  const deadlines = new Deadlines(sweepInterval(limits));
  const notices = new Notices({ records, log, now });
  const treatments = new Treatments(ports.treatments ?? [...standardTreatments({ remark: (action) => guard.remark(action), notices }), new CredentialCalls(ports.credentials)]);
  const guard: Guard = new Guard({ subject: settings.subject, snapshots, records, metrics, treatments, log, now });
  return {
    limits, deadlines, metrics, records, log, leafs, treatments, guard, notices,
    gathering: { left: limits.gathered },
    pool: new UpstreamPool({ dialling, deadlines, metrics, limits }),
    openCalls: new OpenCalls(),
    handshakes: new Handshakes(limits.handshakes),
    hangUps: new HangUps(async () => await ports.tcpTable?.()),
    streams: new Set(),
    nextCall: callIds(now, ports.randomBytes),
    closing: () => life.closing,
  };
}

/** Fine enough for the shortest time limit, and never busier than that asks for. */
function sweepInterval(limits: typeof DEFAULT_LIMITS): number {
  const shortest = Math.min(limits.headTimeout, limits.idleTimeout, limits.bodyTimeout, limits.answerTimeout, limits.handshakeTimeout, limits.upstreamIdleTimeout, limits.upstreamWait);
  return Math.min(500, Math.max(10, shortest / 4));
}

async function openListeners(
  settings: ProxySettings, ports: ProxyPorts, house: House, sockets: Set<Socket>, closers: (() => unknown)[],
  sources: HealthSources,
): Promise<RunningProxy['listening']> {
  const { explicit, captured = [], dns, health } = settings.listeners;
  const mentions = (host: HostName): boolean => {
    const snapshot = ports.snapshots.current();
    return snapshot !== undefined && mentionsHost(snapshot, host);
  };
  const keep = <Opened extends { close(): unknown }>(opened: Opened): Opened => {
    closers.push(() => opened.close());
    return opened;
  };
  const names = ports.names;
  if (names === undefined && (captured.length > 0 || dns !== undefined)) throw new TypeError('captured traffic needs a table of synthetic names');

  const explicitAt = explicit && keep(await listenExplicit(house, sockets, explicit, connectFor(house, mentions))).at;
  const capturedAt: { port: number; at: Endpoint }[] = [];
  for (const each of captured) {
    if (names !== undefined) capturedAt.push({ port: each.port, at: keep(await listenCaptured(house, sockets, each, names)).at });
  }
  const nameServer = dns && names && keep(await startNameServer({
    names, at: dns, mentions,
    ...(settings.clusterDomain !== undefined && { clusterDomain: settings.clusterDomain }),
    onMalformed: (sentence) => { house.notices.say({ event: 'dns-malformed', reason: 'request-malformed', sentence: `A DNS message was refused: ${sentence}` }); },
  }));
  const healthAt = health && keep(await answerHealth(health, sources)).at;
  return {
    captured: capturedAt,
    ...(explicitAt && { explicit: explicitAt }),
    ...(nameServer && { dns: { host: nameServer.host, port: nameServer.port } }),
    ...(healthAt && { health: healthAt }),
  };
}

async function answerHealth(health: Listening | HealthListener, sources: HealthSources): Promise<HealthListener> {
  if (!('answerFrom' in health)) return await listenHealth(health, sources);
  health.answerFrom(sources);
  return health;
}

function readinessOf(ports: ProxyPorts, life: { readonly closing: boolean }): Readiness {
  const sentences = [
    ...(ports.snapshots.current() === undefined ? ['no policy has arrived yet'] : []),
    ...(ports.records.healthy ? [] : ['the journal cannot be written']),
    ...(life.closing ? ['the proxy is shutting down'] : []),
  ];
  return sentences.length === 0 ? { ready: true } : { ready: false, sentences };
}

async function closeProxy(house: House, sockets: Set<Socket>, life: { closing: boolean }, stop: () => Promise<void>, grace: number): Promise<void> {
  if (life.closing) return;
  life.closing = true;
  const stopped = stop();
  for (const stream of house.streams) stream.retire();
  await atMost(grace, house.openCalls.none());
  house.openCalls.shutDown();
  if (sockets.size > 0) await setTimeout(FLUSH);
  for (const socket of sockets) socket.destroy();
  house.pool.close();
  house.hangUps.stop();
  await atMost(RECORDING, house.openCalls.none());
  await stopped;
  house.notices.count();
  house.notices.say({ event: 'proxy-stopped', sentence: 'The proxy has stopped.' });
}

/** Timers that hold the process: with the last connection cut nothing else may, and it must not end before its journal. */
async function atMost(milliseconds: number, over: Promise<void>): Promise<void> {
  const early = new AbortController();
  await Promise.race([over, setTimeout(milliseconds, undefined, { signal: early.signal }).catch(() => undefined)]);
  early.abort();
}
