import { Buffer } from 'node:buffer';
import { CertificateFault } from '../certificates/fault.ts';
import { HOUR } from '../certificates/lifetimes.ts';
import { keepCertificate, type KeptServingCertificate } from '../certificates/kept.ts';
import { type Lifetimes, type RenewalSettings, renewStored, SERVING_LIFETIMES } from '../certificates/renewal.ts';
import { collectStored, servingCertificate, type StoredCertificate } from '../certificates/stored.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { KubeFault } from './fault.ts';
import { startInformer } from './informer.ts';

export interface ServingCertificateSettings {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Name of the Secret, of type `kubernetes.io/tls`, with `ca.crt` and (where it is ours to renew) `ca.key` besides. */
  readonly secret: string;
  readonly dnsNames: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds; default 90 days, and ten years for the CA. */
  readonly lifetimes?: Lifetimes;
  /** Told of what failed after the start and is tried again. */
  readonly onFault?: (fault: unknown) => void;
}

/**
 * Takes the certificate from the Secret, or makes both; from then on renews it before it ends and follows what others do to it.
 *
 * Every replica may do so: whoever comes second finds a conflict and reads what the first one wrote, so that it needs no leader, whose
 * absence would only be one more way not to be renewed.
 *
 * @throws KubeFault, CertificateFault where there is no usable certificate to begin with.
 */
export async function keepServingCertificate(settings: ServingCertificateSettings): Promise<KeptServingCertificate> {
  const { client, secret, now, lifetimes = SERVING_LIFETIMES, onFault = () => undefined } = settings;
  // Twenty looks in the third of its life that is left when it is due.
  const interval = Math.min(HOUR, lifetimes.serving / 60);
  const keeper = await keepCertificate({ settle: () => settleUsable(settings), interval, retry: Math.min(HOUR / 60, interval), onFault });
  const informer = startInformer(client, {
    path: collection(settings),
    fieldSelector: `metadata.name=${secret}`,
    read: () => undefined,
    now,
    random: Math.random,
    onFault,
  });
  informer.onChange(() => keeper.wake());
  return {
    current: () => keeper.current(),
    onChange: (listener) => keeper.onChange(listener),
    stop: async () => {
      await Promise.all([informer.stop(), keeper.stop()]);
    },
  };
}

/** What is in the Secret, or a fault that says where it is and what to do: whoever reads it has a replica that does not start. */
async function settleUsable(settings: ServingCertificateSettings): Promise<StoredCertificate> {
  try {
    const stored = await settle(settings);
    servingCertificate(stored);
    return stored;
  } catch (cause) {
    if (!(cause instanceof CertificateFault)) throw cause;
    const { namespace, secret } = settings;
    const remedy = `delete it (kubectl delete secret --namespace ${namespace} ${secret}) and Sallyport makes a new one, or have whoever fills it store a tls.crt and its tls.key`;
    throw new CertificateFault(cause.code, `Secret ${secret} in namespace ${namespace} cannot be served with: ${cause.message}; ${remedy}`, { cause });
  }
}

const ATTEMPTS = 5;

async function settle(settings: ServingCertificateSettings): Promise<StoredCertificate> {
  const { client, secret, now } = settings;
  for (let attempt = 1; ; attempt += 1) {
    const found = await find(settings);
    const stored = found === undefined ? undefined : read(found);
    const due = await renewStored(stored, renewal(settings), now());
    if (due === stored) return due;
    try {
      const object = secretOf(settings, due, found);
      await (found === undefined ? client.create(collection(settings), object) : client.replace(`${collection(settings)}/${secret}`, object));
      return due;
    } catch (fault) {
      if (attempt === ATTEMPTS || !(fault instanceof KubeFault && (fault.code === 'conflict' || fault.code === 'not-found'))) throw fault;
    }
  }
}

function renewal({ dnsNames, secret, lifetimes = SERVING_LIFETIMES }: ServingCertificateSettings): RenewalSettings {
  return { dnsNames, ips: [], commonName: `Sallyport CA of ${secret}`, lifetimes };
}

async function find(settings: ServingCertificateSettings): Promise<KubeObject | undefined> {
  try {
    return await settings.client.get(`${collection(settings)}/${settings.secret}`);
  } catch (fault) {
    if (fault instanceof KubeFault && fault.code === 'not-found') return undefined;
    throw fault;
  }
}

function collection({ namespace }: ServingCertificateSettings): string {
  return `/api/v1/namespaces/${namespace}/secrets`;
}

function read({ data }: KubeObject): StoredCertificate | undefined {
  const values = new Map(Object.entries(data ?? {}));
  return collectStored((name) => {
    const value: unknown = values.get(name);
    return typeof value === 'string' && value !== '' ? Buffer.from(value, 'base64').toString('utf8') : undefined;
  });
}

function secretOf({ namespace, secret }: ServingCertificateSettings, stored: StoredCertificate, found?: KubeObject): KubeObject {
  const data = Object.entries(stored).map(([name, text]) => [name, Buffer.from(text, 'utf8').toString('base64')]);
  const made = { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret, namespace }, type: 'kubernetes.io/tls' };
  // With the resource version that was read, so that a change in between is a conflict; the type cannot be changed.
  return { ...(found ?? made), data: Object.fromEntries(data) };
}
