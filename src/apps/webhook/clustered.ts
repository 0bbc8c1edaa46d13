import { Registry } from 'prom-client';
import { connectKube } from '../../adapters/kube/client.ts';
import { watchExemptions } from '../../adapters/kube/exemptions.ts';
import { watchNamespaces } from '../../adapters/kube/namespaces.ts';
import { watchObjects } from '../../adapters/kube/objects.ts';
import { watchProfiles } from '../../adapters/kube/profiles.ts';
import { keepTemplateRules } from '../../adapters/kube/template-rules.ts';
import { watchTrust } from '../../adapters/kube/trust.ts';
import type { ListenAddress } from '../../adapters/network/listen-address.ts';
import type { Guards } from '../../core/admission/context.ts';
import { isOnlyListed, type ListedTemplate } from '../../core/admission/resources.ts';
import { SYSTEM_NAMESPACE, TEMPLATES_WEBHOOK, VALIDATING_CONFIGURATION } from '../../core/terms/fixed-names.ts';
import { clusterFacts } from './cluster-facts.ts';
import type { InjectionBase } from './injection-settings.ts';
import { takeLead } from './leadership.ts';
import type { Log } from './ports.ts';
import { clusterReceipts } from './receipts.ts';
import { scanCluster } from './scan/in-cluster.ts';
import { installedPlace, startServing } from './serving.ts';
import { type RunningWebhook, startWebhook } from './start.ts';

export interface ClusteredSettings {
  readonly listen: ListenAddress;
  readonly health: ListenAddress;
  /** Absent: the cluster that this process runs in. */
  readonly kubeconfig?: string;
  /** Folder with a certificate that somebody else makes; absent: it is made here, and kept in a Secret. */
  readonly tlsDir?: string;
  readonly injection: InjectionBase;
  readonly guards?: Guards;
  readonly log: Log;
}

/** Starts gate one for a cluster. Of several replicas the holder of the Lease does what one alone may do. Rejects if it cannot begin. */
export async function startClustered(settings: ClusteredSettings): Promise<RunningWebhook> {
  const { listen, health, guards, log } = settings;
  const client = connectKube(settings.kubeconfig === undefined ? {} : { kubeconfig: settings.kubeconfig });
  const onFault = (fault: unknown): void => log.warn({ err: fault }, 'the API server refused or did not answer; trying again');
  const running: (() => Promise<void>)[] = [() => client.close()];
  const stopAll = async (): Promise<void> => {
    for (const stop of running.toReversed()) await stop();
  };
  try {
    const watch = { client, now: Date.now, random: Math.random, onFault };
    const registry = new Registry();
    const lease = takeLead({ watch, registry, log });
    running.push(() => lease.stop());
    const place = installedPlace(settings.injection.clusterDomain);
    const serving = await startServing({ watch, lease, place, ...(settings.tlsDir === undefined ? {} : { tlsDir: settings.tlsDir }), log });
    running.push(() => serving.stop());
    const sources = { namespaces: watchNamespaces(watch), profiles: watchProfiles(watch), trust: watchTrust(watch), objects: watchObjects(watch), exemptions: watchExemptions(watch) };
    running.push(...Object.values(sources).map((source) => () => source.stop()));
    const receipts = await clusterReceipts(client, SYSTEM_NAMESPACE, settings.injection);
    const facts = clusterFacts({ ...sources, client, receipts, now: Date.now }, settings.injection);
    const scan = scanCluster({ client, facts, lease, registry, onFault, log });
    running.push(() => scan.stop());
    const webhook = await startWebhook({ listen, health, ...(guards && { guards }) }, { facts, certificate: serving.certificate, events: scan.events, registry, log });
    // Only now, so that the API server is told to trust a server that is there, and to ask it.
    serving.announce();
    const { profiles } = sources;
    const listed = (): readonly ListedTemplate[] | undefined => (profiles.synced ? profiles.templates().filter(isOnlyListed) : undefined);
    const templates = keepTemplateRules({ ...watch, configuration: VALIDATING_CONFIGURATION, webhook: TEMPLATES_WEBHOOK, templates: listed, mayWrite: () => lease.leading });
    profiles.onChange(() => templates.wake());
    running.push(() => templates.stop());
    lease.wakeOnChange(serving, templates, scan);
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
