import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { mintAuthority, mintServing } from '../../../adapters/certificates/serving.ts';
import type { Problem } from '../../../core/policy/problem.ts';
import { BUILT_IN_PROFILES } from '../../../core/policy/profile.ts';
import { writeSamplePolicy } from './samples.ts';
import { startTracker, type Tracker } from './tracker.ts';

const DAY = 86_400_000;
const TRACKER = 'tracker.example.com';

/** Told of each change of the policy file: what is wrong with it, or nothing. */
type OnReload = (problems: readonly Problem[]) => void;

export interface Loopback {
  readonly host: string;
  readonly port: number;
}

/** Both gates and the sample tool, running. */
export interface Gates {
  readonly webhook: { readonly port: number; readonly ca: string };
  readonly proxy: Loopback;
  readonly tracker: Tracker;
  readonly trackerUrl: string;
  readonly caFile: string;
  readonly policyFile: string;
  readonly journal: string;
  close(): Promise<void>;
}

/** Opens everything in the folder `state`; what already runs is closed again if a later part does not start. */
export async function openGates(state: string, listen: Loopback, onReload: OnReload): Promise<Gates> {
  const opened: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.toReversed()) await end();
  };
  try {
    const authority = await mintAuthority({ commonName: 'sallyport samples', now: Date.now(), lifetime: DAY });
    const identity = await mintServing({ authority, dnsNames: [TRACKER, 'localhost'], ips: ['127.0.0.1'], now: Date.now(), lifetime: DAY });
    const tracker = await startTracker(identity);
    opened.push(() => tracker.close());
    const webhook = await openWebhook(identity);
    opened.push(() => webhook.close());
    const policyFile = join(state, 'policy.yaml');
    writeSamplePolicy(policyFile, tracker.port);
    const proxy = await openProxy(state, listen, policyFile, authority.cert, onReload);
    opened.push(() => proxy.close());
    return {
      webhook: { port: webhook.port, ca: authority.cert },
      proxy: proxy.at,
      tracker,
      trackerUrl: `https://${TRACKER}:${tracker.port}`,
      caFile: proxy.caFile,
      policyFile,
      journal: join(state, 'journal'),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

async function openWebhook(identity: Identity): Promise<{ port: number; close: () => Promise<void> }> {
  const [{ startWebhook }, { standaloneFacts }, { injectionBase }] = await Promise.all([
    import('../../webhook/start.ts'),
    import('../../webhook/standalone-facts.ts'),
    import('../../webhook/settings.ts'),
  ]);
  const base = injectionBase({ image: 'sallyport.example.com/sallyport:sample', imagePullPolicy: 'IfNotPresent' }, {}, '');
  const trust = { ca: identity.ca, keys: [randomBytes(32).toString('base64url')] };
  const loopback = { host: '127.0.0.1', port: 0 };
  const webhook = await startWebhook(
    { listen: loopback, health: loopback },
    { facts: standaloneFacts(BUILT_IN_PROFILES.contained, base, () => trust), certificate: { current: () => identity, onChange: () => () => undefined }, log: quiet() },
  );
  return { port: webhook.address.port, close: () => webhook.close() };
}

async function openProxy(state: string, listen: Loopback, policyFile: string, upstreamCa: string, onReload: OnReload): Promise<{ at: Loopback; caFile: string; close: () => Promise<void> }> {
  const [{ assembleProxy }, { openPolicyFiles }] = await Promise.all([import('../../proxy/assemble.ts'), import('../../../adapters/policy-files/watch.ts')]);
  const log = quiet();
  const snapshots = await openPolicyFiles({ path: policyFile, log: pino({ level: 'silent' }), onReload });
  const proxy = await assembleProxy({
    subject: { namespace: 'agents', agent: 'triage' },
    snapshots,
    listeners: { explicit: listen },
    journal: join(state, 'journal'),
    upstreamCa: [upstreamCa],
    resolve: new Map([[TRACKER, ['127.0.0.1']]]),
    log,
  });
  const caFile = join(state, 'ca.crt');
  await writeFile(caFile, proxy.caCertificatePem);
  const at = proxy.listening.explicit;
  if (!at) throw new Error('the proxy opened no explicit listener');
  return {
    at,
    caFile,
    close: async () => {
      await proxy.close();
      snapshots.close();
    },
  };
}

/** The tour tells its own story; only what goes wrong is logged. */
function quiet(): ReturnType<typeof pino> {
  return pino({ level: 'error' }, pino.destination(2));
}
