import type { JSONWebKeySet } from 'jose';
import { type KubeClient, connectKube } from '../../adapters/kube/client.ts';
import { startInformer } from '../../adapters/kube/informer.ts';
import { ownerNames } from '../../adapters/kube/owners.ts';
import { keepServingCertificate } from '../../adapters/kube/serving-certificate.ts';
import { API_VERSION, CONTROLLER, CONTROLLER_CERTIFICATE_SECRET, SYSTEM_NAMESPACE } from '../../core/terms/fixed-names.ts';
import { keepEvidenceKey } from './evidence-key.ts';
import { keepLinkKey } from './link-key.ts';
import { readLivePod } from './live-pod.ts';
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

/** Connects to the cluster, makes there what is missing (certificate, keys, trust), and starts to serve. What was begun is ended where a step fails. */
export async function startClustered(settings: ClusteredSettings): Promise<RunningController> {
  const { kubeconfig, namespace = SYSTEM_NAMESPACE, log } = settings;
  const onFault = (fault: unknown): void => log.warn({ fault: String(fault) }, 'the API server did not do what it was asked; tried again');
  const common = { now: Date.now, random: Math.random, onFault };

  await using begun = new AsyncDisposableStack();
  const client = connectKube(kubeconfig === undefined ? {} : { kubeconfig });
  begun.defer(() => client.close());
  const signer = await keepLinkKey(client, namespace);
  const evidenceKey = await keepEvidenceKey(client, namespace);
  const certificate = begun.adopt(
    await keepServingCertificate({ client, namespace, secret: CONTROLLER_CERTIFICATE_SECRET, dnsNames: serviceNames(namespace, settings.clusterDomain), ...common }),
    (one) => one.stop(),
  );
  const trust = await publishTrust(client, namespace, () => ({ ca: certificate.current().ca, keys: [signer.publicKey] }), onFault);
  begun.defer(() => trust.stop());
  certificate.onChange(trust.wake);
  const pods = begun.adopt(startInformer(client, { path: '/api/v1/pods', read: readLivePod, ...common }), (one) => one.stop());
  const policies = begun.adopt(startInformer(client, { path: `/apis/${API_VERSION}/agentpolicies`, read: readPolicy, ...common }), (one) => one.stop());
  const ports = { pods, policies, certificate, signer, evidenceKey, log, now: Date.now, tokenSigners: () => tokenSigners(client), ownerName: ownerNames(client) };
  const controller = begun.adopt(await startController(settings, ports), (one) => one.close());
  const running = begun.move();
  return { ...controller, close: () => running.disposeAsync() };
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
