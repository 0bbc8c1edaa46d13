import { customResourceDefinitions } from '../../../core/policy/crd.ts';
import { SYSTEM_NAMESPACE } from '../../../core/terms/fixed-names.ts';
import { access } from './access.ts';
import { certManagerObjects, withInjectedCa } from './cert-manager.ts';
import { webhookConfigurations } from './configurations.ts';
import type { InstallOptions } from './options.ts';
import { servers } from './servers.ts';

/** Everything that a cluster needs, in the order in which it has to be applied. The same options always give the same objects. */
export function installManifests(options: InstallOptions): object[] {
  const { certManager = false } = options;
  return [
    namespace(),
    ...customResourceDefinitions(),
    ...access(options),
    ...(certManager ? certManagerObjects(options) : []),
    ...servers(options),
    ...webhookConfigurations().map((configuration) => (certManager ? withInjectedCa(configuration) : configuration)),
  ];
}

function namespace(): object {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: SYSTEM_NAMESPACE, labels: { 'app.kubernetes.io/part-of': 'sallyport', 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
}
