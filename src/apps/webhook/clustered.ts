import { keepCaBundle } from '../../adapters/kube/ca-bundle.ts';
import { connectKube } from '../../adapters/kube/client.ts';
import { watchExemptions } from '../../adapters/kube/exemptions.ts';
import { watchNamespaces } from '../../adapters/kube/namespaces.ts';
import { watchObjects } from '../../adapters/kube/objects.ts';
import { watchProfiles } from '../../adapters/kube/profiles.ts';
import { keepServingCertificate } from '../../adapters/kube/serving-certificate.ts';
import { watchTrust } from '../../adapters/kube/trust.ts';
import type { ListenAddress } from '../../adapters/network/listen-address.ts';
import { MUTATING_CONFIGURATION, SYSTEM_NAMESPACE, VALIDATING_CONFIGURATION, WEBHOOK, WEBHOOK_CERTIFICATE_SECRET } from '../../core/terms/fixed-names.ts';
import { clusterFacts } from './cluster-facts.ts';
import type { InjectionBase } from './injection-settings.ts';
import type { Log } from './ports.ts';
import { type RunningWebhook, startWebhook } from './start.ts';

export interface ClusteredSettings {
  readonly listen: ListenAddress;
  readonly health: ListenAddress;
  /** Absent: the cluster that this process runs in. */
  readonly kubeconfig?: string;
  readonly injection: InjectionBase;
  readonly log: Log;
}

const SERVICE = `${WEBHOOK}.${SYSTEM_NAMESPACE}.svc`;

const CONFIGURATIONS = [
  { kind: 'ValidatingWebhookConfiguration', name: VALIDATING_CONFIGURATION },
  { kind: 'MutatingWebhookConfiguration', name: MUTATING_CONFIGURATION },
] as const;

/** Starts gate one for a cluster, with its certificate in a Secret and its CA in both webhook configurations. Rejects if it cannot begin. */
export async function startClustered(settings: ClusteredSettings): Promise<RunningWebhook> {
  const { listen, health, log } = settings;
  const client = connectKube(settings.kubeconfig === undefined ? {} : { kubeconfig: settings.kubeconfig });
  const onFault = (fault: unknown): void => log.warn({ err: fault }, 'the API server refused or did not answer; trying again');
  const running: (() => Promise<void>)[] = [() => client.close()];
  const stopAll = async (): Promise<void> => {
    for (const stop of running.toReversed()) await stop();
  };
  try {
    const certificate = await keepServingCertificate({
      client,
      namespace: SYSTEM_NAMESPACE,
      secret: WEBHOOK_CERTIFICATE_SECRET,
      dnsNames: [SERVICE, `${SERVICE}.${settings.injection.clusterDomain}`],
      now: Date.now,
      onFault,
    });
    running.push(() => certificate.stop());
    const watch = { client, now: Date.now, random: Math.random, onFault };
    const sources = { namespaces: watchNamespaces(watch), profiles: watchProfiles(watch), trust: watchTrust(watch), objects: watchObjects(watch), exemptions: watchExemptions(watch) };
    running.push(...Object.values(sources).map((source) => () => source.stop()));
    const webhook = await startWebhook({ listen, health }, { facts: clusterFacts({ ...sources, client }, settings.injection), certificate, log });
    // Only now, so that the API server is told to trust a server that is there.
    for (const configuration of CONFIGURATIONS) {
      const onPatch = (name: string): void => log.info({ configuration: name }, 'caBundle set');
      const bundle = keepCaBundle({ ...watch, ...configuration, ca: () => certificate.current().ca, onPatch });
      certificate.onChange(() => bundle.wake());
      running.push(() => bundle.stop());
    }
    return {
      ...webhook,
      async close(drain) {
        await webhook.close(drain);
        await stopAll();
      },
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}
