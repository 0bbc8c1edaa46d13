import { mountedCertificate } from '../../adapters/certificates/mounted.ts';
import type { Lifetimes } from '../../adapters/certificates/renewal.ts';
import { type CaBundle, type CaBundleSettings, keepCaBundle } from '../../adapters/kube/ca-bundle.ts';
import type { WatchSettings } from '../../adapters/kube/informer.ts';
import type { HeldLease } from '../../adapters/kube/leader.ts';
import { keepServingCertificate } from '../../adapters/kube/serving-certificate.ts';
import { MUTATING_CONFIGURATION, SYSTEM_NAMESPACE, VALIDATING_CONFIGURATION, WEBHOOK, WEBHOOK_CERTIFICATE_SECRET } from '../../core/terms/fixed-names.ts';
import type { CertificateSource, Log } from './ports.ts';
import { trustedFirst } from './trusted-certificate.ts';

export interface ServingSettings {
  readonly watch: WatchSettings;
  /** Only its holder writes the CA into the configurations. */
  readonly lease: Pick<HeldLease, 'leading'>;
  readonly place: ServingPlace;
  /** Folder with a certificate that somebody else makes, who then also sees to it that the API server trusts it. */
  readonly tlsDir?: string;
  readonly lifetimes?: Lifetimes;
  readonly log: Log;
}

/** Where the certificate is kept, and who has to trust it. */
export interface ServingPlace {
  readonly namespace: string;
  readonly secret: string;
  readonly dnsNames: readonly string[];
  readonly configurations: readonly Pick<CaBundleSettings, 'kind' | 'name'>[];
}

/** As `sallyport install` has it. */
export function installedPlace(clusterDomain: string): ServingPlace {
  const service = `${WEBHOOK}.${SYSTEM_NAMESPACE}.svc`;
  return {
    namespace: SYSTEM_NAMESPACE,
    secret: WEBHOOK_CERTIFICATE_SECRET,
    dnsNames: [service, `${service}.${clusterDomain}`],
    configurations: [
      { kind: 'ValidatingWebhookConfiguration', name: VALIDATING_CONFIGURATION },
      { kind: 'MutatingWebhookConfiguration', name: MUTATING_CONFIGURATION },
    ],
  };
}

/** The certificate that the webhook serves with, and the API server's trust in it. */
export interface Serving {
  readonly certificate: CertificateSource;
  /** Begins to tell the API server whom to trust; not before there is a server to be trusted. */
  announce(): void;
  /** Looks again: the lease was taken or lost. */
  wake(): void;
  stop(): Promise<void>;
}

/** Rejects where there is no certificate to begin with. */
export async function startServing(settings: ServingSettings): Promise<Serving> {
  const { tlsDir, log } = settings;
  if (tlsDir === undefined) return ownCertificate(settings);
  const onFault = (fault: unknown): void => log.warn({ err: fault }, 'the mounted certificate cannot be used; the one before stays');
  const certificate = await mountedCertificate({ directory: tlsDir, onFault });
  return { certificate, announce: () => undefined, wake: () => undefined, stop: () => certificate.stop() };
}

async function ownCertificate({ watch, lease, place, lifetimes, log }: ServingSettings): Promise<Serving> {
  const { client, now } = watch;
  const kept = await keepServingCertificate({
    client,
    namespace: place.namespace,
    secret: place.secret,
    dnsNames: place.dnsNames,
    now,
    ...(lifetimes === undefined ? {} : { lifetimes }),
    onFault: (fault) => log.warn({ err: fault, secret: place.secret }, 'the certificate could not be renewed or read; the one before stays, and it is tried again'),
  });
  const trusted = trustedFirst({ kept, clock: () => performance.now() });
  const onPatch = (name: string): void => log.info({ configuration: name }, 'caBundle set');
  let bundles: readonly CaBundle[] = [];
  return {
    certificate: trusted,
    announce() {
      bundles = place.configurations.map((configuration) => keepCaBundle({ ...watch, ...configuration, ca: () => trusted.ca(), mayWrite: () => lease.leading, onPatch }));
      trusted.follow(bundles);
    },
    wake() {
      for (const bundle of bundles) bundle.wake();
    },
    async stop() {
      trusted.stop();
      await Promise.all([...bundles, kept].map((one) => one.stop()));
    },
  };
}
