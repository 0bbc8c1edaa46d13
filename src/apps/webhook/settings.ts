import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { InputFault } from '../../adapters/command-line/input-fault.ts';
import { endpointText } from '../../core/address/authority-text.ts';
import { CONTROLLER, CONTROLLER_PORT, SYSTEM_NAMESPACE } from '../../core/terms/fixed-names.ts';
import type { InjectionBase, InjectionFlags } from './injection-settings.ts';
import { readResolvConf } from './resolv-conf.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where clusters that follow kubeadm's defaults have their DNS. */
const USUAL_RESOLVER = '10.96.0.10';
const USUAL_API_SERVER = '10.96.0.1';

/** Fills in from the pod's own DNS settings and environment what the flags leave out; outside a cluster from the usual addresses. */
export function injectionBase(flags: InjectionFlags, environment: Environment, resolvConf: string): InjectionBase {
  const apiServer = environment['KUBERNETES_SERVICE_HOST'];
  const own = apiServer === undefined ? {} : readResolvConf(resolvConf);
  const resolver = flags.resolver ?? own.nameServer ?? USUAL_RESOLVER;
  const clusterDomain = flags.clusterDomain ?? own.clusterDomain ?? 'cluster.local';
  if (isIP(resolver) === 0) throw new InputFault('usage', `--resolver: expected an IP address, got ${JSON.stringify(resolver)}`);
  return {
    image: flags.image,
    imagePullPolicy: flags.imagePullPolicy,
    controllerUrl: flags.controllerUrl ?? `https://${CONTROLLER}.${SYSTEM_NAMESPACE}.svc.${clusterDomain}:${CONTROLLER_PORT}`,
    resolver,
    clusterDomain,
    probes: [`tcp:${endpointText(apiServer ?? USUAL_API_SERVER, Number(environment['KUBERNETES_SERVICE_PORT'] ?? 443))}`, `udp:${endpointText(resolver, 53)}`],
  };
}

/** Empty where the system has none. */
export function systemResolvConf(): string {
  try {
    return readFileSync('/etc/resolv.conf', 'utf8');
  } catch {
    return '';
  }
}
