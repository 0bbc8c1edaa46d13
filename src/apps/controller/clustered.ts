import type { JSONWebKeySet } from 'jose';
import { type KubeClient, connectKube } from '../../adapters/kube/client.ts';
import { startInformer } from '../../adapters/kube/informer.ts';
import { CONTROLLER, CONTROLLER_CERTIFICATE_SECRET, SYSTEM_NAMESPACE } from '../../adapters/kube/names.ts';
import { keepServingCertificate } from '../../adapters/kube/serving-certificate.ts';
import { keepLinkKey } from './link-key.ts';
import { readLivePod } from './live-pod.ts';
import { ownerNames } from './owner-name.ts';
import { readPolicy } from './policy-reading.ts';
import type { Log, TokenSigners } from './ports.ts';
import { type ControllerSettings, type RunningController, startController } from './start.ts';
import { publishTrust } from './trust.ts';

export interface ClusteredSettings extends ControllerSettings {
  /** Absent: the cluster that this process runs in. */
  readonly kubeconfig?: string;
  /** Where the controller's own Secrets and ConfigMap lie; default `sallyport-system`. */
  readonly namespace?: string;
  readonly clusterDomain: string;
  readonly log: Log;
}

/** Connects to the cluster, makes there what is missing (certificate, signing key, trust), and starts to serve. */
export async function startClustered(settings: ClusteredSettings): Promise<RunningController> {
  const { kubeconfig, namespace = SYSTEM_NAMESPACE, log } = settings;
  const client = connectKube(kubeconfig === undefined ? {} : { kubeconfig });
  const onFault = (fault: unknown): void => log.warn({ fault: String(fault) }, 'the API server did not do what it was asked; tried again');
  const common = { now: Date.now, random: Math.random, onFault };

  const signer = await keepLinkKey(client, namespace);
  const certificate = await keepServingCertificate({
    client, namespace, secret: CONTROLLER_CERTIFICATE_SECRET, dnsNames: serviceNames(namespace, settings.clusterDomain), now: Date.now, onFault,
  });
  const trust = await publishTrust(client, namespace, () => ({ ca: certificate.current().ca, keys: [signer.publicKey] }), onFault);
  const forget = certificate.onChange(trust.wake);
  const pods = startInformer(client, { path: '/api/v1/pods', read: readLivePod, ...common });
  const policies = startInformer(client, { path: '/apis/sallyport.dev/v1alpha1/agentpolicies', read: readPolicy, ...common });
  const controller = await startController(settings, {
    pods, policies, certificate, signer, log, now: Date.now, tokenSigners: () => tokenSigners(client), ownerName: ownerNames(client),
  });
  return {
    ...controller,
    async close() {
      await controller.close();
      forget();
      trust.stop();
      await Promise.all([pods.stop(), policies.stop(), certificate.stop()]);
      await client.close();
    },
  };
}

/** Every name by which a pod may look the Service up. */
function serviceNames(namespace: string, clusterDomain: string): string[] {
  const short = `${CONTROLLER}.${namespace}`;
  return [`${short}.svc`, `${short}.svc.${clusterDomain}`, short, CONTROLLER];
}

/** OpenID Connect discovery of service-account issuers: the API server says itself who signs its tokens. */
async function tokenSigners(client: KubeClient): Promise<TokenSigners> {
  const [{ issuer }, keys] = await Promise.all([
    client.get<{ readonly issuer: string }>('/.well-known/openid-configuration'),
    client.get<JSONWebKeySet>('/openid/v1/jwks'),
  ]);
  return { issuer, keys };
}
